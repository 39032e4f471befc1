@NullMarked
package io.splitgym.matrix;

import org.jspecify.annotations.NullMarked;
