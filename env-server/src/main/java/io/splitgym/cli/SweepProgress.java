package io.splitgym.cli;

import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.SweepListener;
import io.splitgym.measurement.SweepPlan;

/** Counts a sweep's cells into the progress line. */
public final class SweepProgress implements SweepListener {
  private final ProgressLine progress;
  private int done;
  private int total;

  public SweepProgress(ProgressLine progress) {
    this.progress = progress;
  }

  @Override
  public void started(SweepPlan plan, int alreadyMeasured) {
    total = plan.cells().size();
    done = alreadyMeasured;
    progress.update(done, total);
  }

  @Override
  public void measured(Measurement measurement) {
    progress.update(++done, total);
  }

  @Override
  public void measuredElsewhere(MeasurementKey key) {
    progress.update(++done, total);
  }
}
