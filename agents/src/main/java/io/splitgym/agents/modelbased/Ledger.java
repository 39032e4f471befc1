package io.splitgym.agents.modelbased;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts what is asked of the LLM, as if nothing had been measured before: a cell that is asked for
 * again costs nothing with a store, and another evaluation without one. Safe for use by several
 * threads.
 */
public final class Ledger implements Evaluations {
  private final Evaluations source;
  private final Map<Cell, Evaluation> asked = new HashMap<>();
  private long questions;
  private double seconds;
  private double secondsFound;
  private double secondsWithoutStore;

  public Ledger(Evaluations source) {
    this.source = source;
  }

  @Override
  public synchronized Evaluation evaluate(Cell cell) {
    Evaluation answer = asked.get(cell);
    if (answer == null) {
      answer = source.evaluate(cell);
      asked.put(cell, answer);
      seconds += answer.seconds();
      secondsFound += answer.found() ? answer.seconds() : 0;
    }
    questions++;
    secondsWithoutStore += answer.seconds();
    return answer;
  }

  /** How many different cells were asked for. */
  public synchronized int evaluations() {
    return asked.size();
  }

  /** How many questions there were. */
  public synchronized long questions() {
    return questions;
  }

  /** What the different cells took. */
  public synchronized double seconds() {
    return seconds;
  }

  /** What of {@link #seconds} was spent before the cells were asked for. */
  public synchronized double secondsFound() {
    return secondsFound;
  }

  /** What it would have taken if each question had been an evaluation. */
  public synchronized double secondsWithoutStore() {
    return secondsWithoutStore;
  }
}
