/**
 * Learning with RL4J. Nothing else sees its classes or ND4J's: upstream support has ended, so what
 * leaves this package is a plain {@link io.splitgym.agents.policy.Policy}.
 */
@NullMarked
package io.splitgym.agents.rl4j;

import org.jspecify.annotations.NullMarked;
