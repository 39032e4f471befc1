/** The best that can be done in an episode, exactly. */
@NullMarked
package io.splitgym.agents.optimal;

import org.jspecify.annotations.NullMarked;
