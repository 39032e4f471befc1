/** Text to token ids and back. */
@NullMarked
package io.splitgym.tokenizer;

import org.jspecify.annotations.NullMarked;
