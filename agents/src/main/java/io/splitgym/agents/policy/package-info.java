/** Who acts: from observations to actions, and the baselines that learn nothing. */
@NullMarked
package io.splitgym.agents.policy;

import org.jspecify.annotations.NullMarked;
