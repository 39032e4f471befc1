/** What actor-critic algorithms share: networks, rollouts, advantages and losses. */
@NullMarked
package io.splitgym.agents.rollout;

import org.jspecify.annotations.NullMarked;
