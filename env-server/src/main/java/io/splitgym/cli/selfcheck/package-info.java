/** Holds a running server to its promise of determinism, over its own routes. */
@NullMarked
package io.splitgym.cli.selfcheck;

import org.jspecify.annotations.NullMarked;
