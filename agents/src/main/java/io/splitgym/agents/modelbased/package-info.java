/**
 * Learning a model of the LLM while asking it as little as may be: cells, an ensemble, and the loop
 * that measures where the ensemble is unsure.
 */
@NullMarked
package io.splitgym.agents.modelbased;

import org.jspecify.annotations.NullMarked;
