/**
 * What answers the steps of environments here: the shipped surrogates, and the LLMs of this
 * machine, lent.
 */
@NullMarked
package io.splitgym.backend;

import org.jspecify.annotations.NullMarked;
