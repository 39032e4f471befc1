/** Charts as files: PNG, and SVG in few bytes. */
@NullMarked
package io.splitgym.figure;

import org.jspecify.annotations.NullMarked;
