/** What the agents' tests share. */
@NullMarked
package io.splitgym.agents;

import org.jspecify.annotations.NullMarked;
