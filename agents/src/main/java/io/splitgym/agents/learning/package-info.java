/** What every learning algorithm is to the rest: an interface, found by ServiceLoader. */
@NullMarked
package io.splitgym.agents.learning;

import org.jspecify.annotations.NullMarked;
