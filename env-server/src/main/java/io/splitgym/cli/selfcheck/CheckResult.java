package io.splitgym.cli.selfcheck;

import org.jspecify.annotations.Nullable;

/**
 * What came of a check.
 *
 * @param compared so many answers were
 * @param difference the first that was found; null if the check passed
 */
public record CheckResult(String name, int compared, @Nullable Found difference) {
  /** Whether nothing differed. */
  public boolean passed() {
    return difference == null;
  }

  /**
   * A difference.
   *
   * @param route over which it was seen, and in which scenario
   * @param step which reset or step of the episodes it was, from 0; -1 where none was compared
   * @param field of the answer
   */
  public record Found(String route, int step, String field, String expected, String actual) {}
}
