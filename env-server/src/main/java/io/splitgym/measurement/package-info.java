/** Measurements: what identifies them, where they are kept, how a grid of them is swept. */
@NullMarked
package io.splitgym.measurement;

import org.jspecify.annotations.NullMarked;
