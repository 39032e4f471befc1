package io.splitgym.fitting;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The split that a reward likes best, for every sigma and m of a grid: by quadrature, and by the
 * surrogate.
 *
 * @param states of the grid
 * @param distinct how many different splits are best somewhere, by quadrature
 * @param counts how many states like each of them best
 * @param agreement the share of states for which the surrogate's choice is the same
 * @param meanRegret how much worse, by quadrature, the surrogate's choice is on average
 * @param greatestRegret at any state
 */
public record SplitDecisions(
    int states,
    int distinct,
    SortedMap<Integer, Integer> counts,
    double agreement,
    double meanRegret,
    double greatestRegret) {
  static SplitDecisions of(SplitMap exact, SplitMap bySurrogate) {
    SortedMap<Integer, Integer> counts = new TreeMap<>();
    int same = 0;
    double regret = 0;
    double greatest = 0;
    int states = 0;
    for (int i = 0; i < exact.sigmas().length; i++) {
      for (int j = 0; j < exact.shapes().length; j++) {
        int best = exact.best(i, j);
        int chosen = bySurrogate.best(i, j);
        counts.merge(best, 1, Integer::sum);
        same += best == chosen ? 1 : 0;
        double worse = exact.cost(i, j, chosen) - exact.cost(i, j, best);
        regret += worse;
        greatest = Math.max(greatest, worse);
        states++;
      }
    }
    return new SplitDecisions(
        states, counts.size(), counts, (double) same / states, regret / states, greatest);
  }
}
