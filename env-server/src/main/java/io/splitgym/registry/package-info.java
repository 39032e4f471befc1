/** From a spec's name and its parameters to an environment. */
@NullMarked
package io.splitgym.registry;

import org.jspecify.annotations.NullMarked;
