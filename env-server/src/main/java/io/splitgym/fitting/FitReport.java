package io.splitgym.fitting;

import java.util.Map;

/**
 * What a fit was worth.
 *
 * @param fittedCells cells (sigma, m, p) that the regressors saw
 * @param heldOutCells cells that they were judged on
 * @param onFitted the network's errors on the cells it saw
 * @param onHeldOut the network's errors on the others
 * @param alternatives errors on the others of simpler regressors, by name, from the simplest
 * @param meanStandardError of the targets over all cells, from the measurements, in nats
 * @param greatestStandardError of any target, in nats
 * @param standardErrorNearBest the greatest where it decides: at splits that cost at most 0.5 more
 *     than the state's best one, under the objective with both weights 1
 * @param decisions how well splits are chosen by the network under the objective, both weights 1
 * @param referenceDecisions the same under the reference reward, on average over starts at every
 *     split but the deepest; perplexities are the exponentials of the expected ln PPL
 */
public record FitReport(
    int fittedCells,
    int heldOutCells,
    RegressionErrors onFitted,
    RegressionErrors onHeldOut,
    Map<String, RegressionErrors> alternatives,
    double meanStandardError,
    double greatestStandardError,
    double standardErrorNearBest,
    SplitDecisions decisions,
    SplitDecisions referenceDecisions) {}
