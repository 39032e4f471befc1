package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Interval;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a study of learning curves compares, and what the paper says of it. */
public enum CurveKind {
  /** Algorithms, figure 5. */
  TRAINING_CURVES(
      "training-curves",
      "Training curves",
      "How the return grows with training, by algorithm and case: figure 5 of Chen et al. (arXiv"
          + " 2406.02616) on SplitGym's surrogate. The paper names the cases L, H and A; their"
          + " ranges of noise here are SplitGym's own.") {
    @Override
    String judgement(Map<String, Interval> scores) {
      Interval ppo = scores.get(PAPERS_BEST);
      if (ppo == null || !PAPERS.containsAll(scores.keySet()) || scores.size() == 1) {
        return "";
      }
      String above =
          scores.entrySet().stream()
              .filter(entry -> entry.getValue().low() > ppo.high())
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(" and "));
      String beside =
          scores.entrySet().stream()
              .filter(entry -> !entry.getKey().equals(PAPERS_BEST))
              .filter(
                  entry ->
                      entry.getValue().low() <= ppo.high() && entry.getValue().high() >= ppo.low())
              .map(Map.Entry::getKey)
              .collect(Collectors.joining(" and "));
      if (!above.isEmpty()) {
        return "This disagrees with the paper, where PPO is best: here " + above + " is above it.";
      }
      return beside.isEmpty()
          ? "PPO is above the others, as in the paper."
          : "The paper has PPO best; here its interval overlaps that of " + beside + ".";
    }
  },

  /** Numbers of actions, figure 8. */
  ACTION_SPACES(
      "action-spaces",
      "Action spaces",
      "How far an action may move the split: figure 8 of Chen et al. (arXiv 2406.02616) on"
          + " SplitGym's surrogate. 3, 5, 7 and 9 actions move it by at most 1, 2, 3 and 4 layers."
          + " Each number of actions has its own optimum, since larger moves reach a better split"
          + " sooner: the figure shows returns with each optimum, the scores compare each with its"
          + " own.") {
    @Override
    String judgement(Map<String, Interval> scores) {
      if (scores.size() == 1) {
        return "";
      }
      Map.Entry<String, Interval> least =
          scores.entrySet().stream()
              .min(Comparator.comparingDouble(entry -> entry.getValue().mean()))
              .orElseThrow();
      boolean apart =
          scores.entrySet().stream()
              .filter(entry -> !entry.getKey().equals(least.getKey()))
              .allMatch(entry -> entry.getValue().low() > least.getValue().high());
      return "Farthest from its own optimum is "
          + least.getKey()
          + (apart ? ", below all others' intervals." : ", though the intervals overlap.");
    }
  },

  /** The same algorithms of another library. */
  PEERS(
      "peers",
      "Beside stable-baselines3",
      "SplitGym's algorithms and those of stable-baselines3 with the same hyperparameters, on the"
          + " same environment and the same test episodes, observations scaled onto [-1, 1] for"
          + " both. NAME-sb3, dashed, trains in Python alone, NAME-sb3-server, dotted, through the Python"
          + " client. Weights,"
          + " minibatches and episodes are drawn by each library in its own way, so curves are to"
          + " agree within their intervals, not to be the same.") {
    @Override
    String judgement(Map<String, Interval> scores) {
      List<String> said = new ArrayList<>();
      scores.forEach(
          (label, own) -> {
            if (Peers.isPeer(label)) {
              return;
            }
            boolean alone = true;
            for (String peer : Peers.labels(label)) {
              Interval others = scores.get(peer);
              if (others != null) {
                alone = false;
                boolean apart =
                    own.low() > others.high() + SUMMATION || others.low() > own.high() + SUMMATION;
                said.add(
                    label
                        + (apart ? " DISAGREES with " : " agrees with ")
                        + peer
                        + (apart ? ": the intervals don't overlap." : " within the intervals."));
              }
            }
            if (alone) {
              said.add(
                  label
                      + " has no peer yet: examples/python/benchmarks/run-peers.sh trains it from"
                      + " this folder's peers.json.");
            }
          });
      return String.join(" ", said);
    }
  };

  private static final String PAPERS_BEST = "ppo";
  private static final Set<String> PAPERS = Set.of(PAPERS_BEST, "a2c", "dqn");

  /** Intervals of runs that all end alike have no width, but libraries add up in other orders. */
  private static final double SUMMATION = 1e-5;

  private final String text;
  private final String title;
  private final String lead;

  CurveKind(String text, String title, String lead) {
    this.text = text;
    this.title = title;
    this.lead = lead;
  }

  /**
   * The kind of that name.
   *
   * @throws InvalidValueException if there is none
   */
  public static CurveKind ofText(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.text.equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new InvalidValueException(
                    "study",
                    text,
                    Arrays.stream(values())
                        .map(kind -> kind.text)
                        .collect(Collectors.joining(", ", "one of ", ""))));
  }

  /** The name used on the command line. */
  public String text() {
    return text;
  }

  String title() {
    return title;
  }

  String lead() {
    return lead;
  }

  /**
   * What the final scores say, in a sentence; empty where there is nothing to compare.
   *
   * @param scores by the lines' labels
   */
  abstract String judgement(Map<String, Interval> scores);
}
