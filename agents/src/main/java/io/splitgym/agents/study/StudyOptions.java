package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Bootstrap;
import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * How much a study does.
 *
 * @param steps of training in each run
 * @param firstSeed of training
 * @param seeds how many runs of each line, with the seeds from the first on
 * @param evaluations how often a policy is evaluated while it is trained, evenly spaced
 * @param episodes that every evaluation plays, the same for all
 * @param evaluationSeed fixes those episodes, and the resampling of the intervals
 * @param threads how many runs at a time; no result depends on it
 */
public record StudyOptions(
    long steps,
    long firstSeed,
    int seeds,
    int evaluations,
    int episodes,
    long evaluationSeed,
    int threads) {
  private static final int MOST_SEEDS = 10_000;
  private static final int MOST_EVALUATIONS = 1000;
  private static final int MOST_EPISODES = 100_000;
  private static final int MOST_THREADS = 256;

  public StudyOptions {
    Require.inRange("steps", steps, 1, Integer.MAX_VALUE);
    Require.inRange("seeds", seeds, 1, MOST_SEEDS);
    Require.followed("seed", firstSeed, seeds);
    Require.inRange("evaluations", evaluations, 1, MOST_EVALUATIONS);
    Require.inRange("episodes", episodes, 1, MOST_EPISODES);
    Require.inRange("threads", threads, 1, MOST_THREADS);
    if (evaluations > steps) {
      throw new InvalidValueException(
          "evaluations", evaluations, "at most the " + steps + " steps");
    }
  }

  /** The same for so many steps, with one evaluation, at their end. */
  StudyOptions once(long others) {
    return new StudyOptions(others, firstSeed, seeds, 1, episodes, evaluationSeed, threads);
  }

  List<Long> allSeeds() {
    return LongStream.range(firstSeed, firstSeed + seeds).boxed().toList();
  }

  Episodes testEpisodes() {
    return new Episodes(evaluationSeed, episodes);
  }

  Bootstrap bootstrap() {
    return Bootstrap.ofSeed(evaluationSeed);
  }

  /** What a run depends on. */
  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("steps", steps);
    settings.put("evaluations", evaluations);
    settings.put("episodes", episodes);
    settings.put("evaluationSeed", evaluationSeed);
    return settings;
  }
}
