/** Proximal policy optimisation. */
@NullMarked
package io.splitgym.agents.ppo;

import org.jspecify.annotations.NullMarked;
