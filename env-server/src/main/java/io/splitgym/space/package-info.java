/** Observation and action spaces, as Gymnasium has them, and their elements. */
@NullMarked
package io.splitgym.space;

import org.jspecify.annotations.NullMarked;
