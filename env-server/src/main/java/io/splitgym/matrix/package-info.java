/** Products of small matrices of float32, the same bits on every machine. */
@NullMarked
package io.splitgym.matrix;

import org.jspecify.annotations.NullMarked;
