/** From measurements to a surrogate, beside simpler regressors, with its figures. */
@NullMarked
package io.splitgym.fitting;

import org.jspecify.annotations.NullMarked;
