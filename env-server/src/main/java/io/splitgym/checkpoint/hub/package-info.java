/** Finds a model's file, or fetches it, and checks what it found. */
@NullMarked
package io.splitgym.checkpoint.hub;

import org.jspecify.annotations.NullMarked;
