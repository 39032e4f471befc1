/** From what a split costs to the number an agent gets. */
@NullMarked
package io.splitgym.reward;

import org.jspecify.annotations.NullMarked;
