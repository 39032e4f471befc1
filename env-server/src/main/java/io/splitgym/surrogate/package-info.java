/** A plain-Java multilayer perceptron as perplexity model. */
@NullMarked
package io.splitgym.surrogate;

import org.jspecify.annotations.NullMarked;
