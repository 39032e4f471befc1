/** Environments with Gymnasium's semantics. */
@NullMarked
package io.splitgym.environment;

import org.jspecify.annotations.NullMarked;
