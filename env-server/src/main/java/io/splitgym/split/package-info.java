/** The two halves of a split model: user equipment and edge. */
@NullMarked
package io.splitgym.split;

import org.jspecify.annotations.NullMarked;
