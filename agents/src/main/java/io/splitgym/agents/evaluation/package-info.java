/** How good an agent is: returns over seeded episodes, intervals, and where it stands. */
@NullMarked
package io.splitgym.agents.evaluation;

import org.jspecify.annotations.NullMarked;
