/**
 * What researchers add of their own: found on the class path, asked for by name and parameters. The
 * kinds of it are defined where they belong, in {@code reward}, {@code channel} and {@code
 * registry}.
 */
@NullMarked
package io.splitgym.extension;

import org.jspecify.annotations.NullMarked;
