package io.splitgym.agents.modelbased;

import io.splitgym.channel.Transmission;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.MeasurementStore;
import io.splitgym.perplexity.SplitEvaluator;

/**
 * The LLM on this machine. What it is asked for comes from the store, or is measured now and then
 * kept there, so that a killed run loses the cell in flight only. The caller closes both.
 */
public record StoredCells(LevelGrid grid, SplitEvaluator evaluator, MeasurementStore store)
    implements Evaluations {
  @Override
  public Evaluation evaluate(Cell cell) {
    MeasurementKey key =
        cell.isClean()
            ? MeasurementKey.clean(evaluator.setting())
            : new MeasurementKey(
                evaluator.setting(),
                new Transmission.AtLevel(grid.channel(), grid.levels().get(cell.level())),
                cell.split(),
                DrawnCells.NOISE_SEED);
    boolean found = store.find(key).isPresent();
    Measurement measured = store.findOrMeasure(evaluator, key);
    return new Evaluation(measured.logPerplexity(), measured.seconds(), found);
  }
}
