package io.splitgym.agents.cli;

import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.surrogate.ShippedSurrogates;

/** What it took to fit the shipped surrogates. */
final class ShippedMeasurements {
  private ShippedMeasurements() {}

  /** How many times the LLM was evaluated for the surrogate of a channel, without a channel too. */
  static long count(String channel) {
    Measurements measurements = MeasurementCsv.read(ShippedSurrogates.measurements(channel));
    return measurements.noisy().size() + 1L;
  }
}
