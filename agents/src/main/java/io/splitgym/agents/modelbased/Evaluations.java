package io.splitgym.agents.modelbased;

/** Where the LLM's answers come from: it itself, or what was measured of it. */
@FunctionalInterface
public interface Evaluations {
  /**
   * Evaluates the LLM on the text, or finds what was kept of that.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  Evaluation evaluate(Cell cell);

  /**
   * One answer. The noise's seed is fixed, so that a cell has one answer for good.
   *
   * @param logPerplexity ln PPL in nats
   * @param seconds wall time that it took when it was measured
   * @param found whether it had been measured before it was asked for, so that those seconds were
   *     spent earlier
   */
  record Evaluation(double logPerplexity, double seconds, boolean found) {}
}
