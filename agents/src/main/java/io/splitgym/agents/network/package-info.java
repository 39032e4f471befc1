/** Networks that learn, in plain float arrays: forward, gradients, optimisers. */
@NullMarked
package io.splitgym.agents.network;

import org.jspecify.annotations.NullMarked;
