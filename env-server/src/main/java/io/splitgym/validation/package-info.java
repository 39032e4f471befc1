/** How every value refuses nonsense: one exception that names field, value and what is allowed. */
@NullMarked
package io.splitgym.validation;

import org.jspecify.annotations.NullMarked;
