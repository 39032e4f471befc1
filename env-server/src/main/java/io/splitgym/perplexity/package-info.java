/** Windows of text, their hidden states, and the mean negative log-likelihood behind a channel. */
@NullMarked
package io.splitgym.perplexity;

import org.jspecify.annotations.NullMarked;
