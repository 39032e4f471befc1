/** Advantage actor-critic. */
@NullMarked
package io.splitgym.agents.a2c;

import org.jspecify.annotations.NullMarked;
