/** Deep Q-networks. */
@NullMarked
package io.splitgym.agents.dqn;

import org.jspecify.annotations.NullMarked;
