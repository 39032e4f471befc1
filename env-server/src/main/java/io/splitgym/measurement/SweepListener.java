package io.splitgym.measurement;

/** Is told how a sweep goes on; never by two threads at once. */
public interface SweepListener {
  /**
   * @param plan what is swept
   * @param alreadyMeasured how many of its cells the store had
   */
  void started(SweepPlan plan, int alreadyMeasured);

  /** A measurement has reached the disk. */
  void measured(Measurement measurement);

  /** Another process measured a cell of the plan in the meantime. */
  void measuredElsewhere(MeasurementKey key);
}
