/** Named, splittable, saveable streams of randomness, all from one seed. */
@NullMarked
package io.splitgym.random;

import org.jspecify.annotations.NullMarked;
