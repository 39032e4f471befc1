/** Text from a split LLM, token by token through the channel. */
@NullMarked
package io.splitgym.generation;

import org.jspecify.annotations.NullMarked;
