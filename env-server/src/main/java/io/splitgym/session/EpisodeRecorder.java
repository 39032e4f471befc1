package io.splitgym.session;

import io.splitgym.recording.Episode;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.RecordedEnvironment;
import io.splitgym.recording.RecordingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the calls on one session, holds the answers of episodes that run, and stores each episode
 * that ends before the answer to its last step leaves. A failure to store, or a limit, costs
 * episodes, which are counted, and nothing else. Not safe for use by several threads at once.
 */
final class EpisodeRecorder {
  private static final Logger LOG = LoggerFactory.getLogger(EpisodeRecorder.class);

  private static final int NOT_FOLLOWED = -1;
  private static final int MOST_IN_A_TRANSACTION = 1_000;

  private final EpisodeStore store;
  private final RecordedEnvironment environment;
  private final List<Taken> taken = new ArrayList<>();
  private final int[] starts;
  private long commands;

  /**
   * @param lanes how many environments there are
   * @param commands how many calls there were so far
   */
  EpisodeRecorder(EpisodeStore store, RecordedEnvironment environment, int lanes, long commands) {
    this.store = store;
    this.environment = environment;
    this.commands = commands;
    this.starts = new int[lanes];
    Arrays.fill(starts, NOT_FOLLOWED);
  }

  /** How many calls there were. */
  long commands() {
    return commands;
  }

  /** The calls that the episodes which run need, the oldest first. */
  List<Taken> running() {
    return Collections.unmodifiableList(taken);
  }

  /** Where in {@link #running} each environment's episode began; -1 for those that have none. */
  int[] starts() {
    return starts.clone();
  }

  /** What {@link #starts} gives where no episode runs. */
  int[] noStarts() {
    int[] none = new int[starts.length];
    Arrays.fill(none, NOT_FOLLOWED);
    return none;
  }

  /** Goes on where another one was that {@link #running} and {@link #starts} tell of. */
  void goOn(List<Taken> calls, int[] from) {
    long bytes = calls.stream().mapToLong(Taken::bytes).sum();
    if (store.hold(bytes)) {
      taken.addAll(calls);
      System.arraycopy(from, 0, starts, 0, starts.length);
    }
  }

  /** Another call was carried out. */
  void took(Taken call) {
    commands++;
    long bytes = call.bytes();
    if (store.hold(bytes)) {
      taken.add(call);
    } else {
      missRunning("the episodes that run take as much memory as they may");
      return;
    }
    int here = taken.size() - 1;
    int ended = 0;
    boolean following = false;
    for (int lane = 0; lane < starts.length; lane++) {
      ended += starts[lane] != NOT_FOLLOWED && call.ends(lane) ? 1 : 0;
    }
    if (ended > 0) {
      store(call, ended);
    }
    for (int lane = 0; lane < starts.length; lane++) {
      if (call.begins(lane)) {
        starts[lane] = here;
      } else if (call.ends(lane)) {
        starts[lane] = NOT_FOLLOWED;
      }
      following |= starts[lane] != NOT_FOLLOWED;
    }
    forget(following ? earliest() : taken.size());
  }

  /** The session goes on from elsewhere: episodes are followed again from their next beginning. */
  void lose() {
    Arrays.fill(starts, NOT_FOLLOWED);
    forget(taken.size());
  }

  /** Nothing more comes from this process. */
  void close() {
    lose();
  }

  /** Nothing more comes from any. */
  void end() {
    close();
    try {
      store.end(environment);
    } catch (RecordingException e) {
      LOG.warn("what is kept of an environment that ended stays", e);
    }
  }

  private void store(Taken last, int ended) {
    List<Episode> episodes = new ArrayList<>();
    int stored = 0;
    try {
      boolean full = store.full();
      for (int lane = 0; lane < starts.length && !full; lane++) {
        if (starts[lane] == NOT_FOLLOWED || !last.ends(lane)) {
          continue;
        }
        episodes.add(episode(lane));
        if (episodes.size() == MOST_IN_A_TRANSACTION && stored + episodes.size() < ended) {
          store.add(environment, commands, episodes, false);
          stored += episodes.size();
          episodes.clear();
        }
      }
      if (full) {
        store.miss(ended);
      } else {
        store.add(environment, commands, episodes, true);
      }
    } catch (RecordingException e) {
      LOG.error("{} episodes could not be recorded", ended - stored, e);
    }
  }

  private Episode episode(int lane) {
    Taken first = taken.get(starts[lane]);
    // resets of other environments may be in between
    List<Taken> calls =
        taken.subList(starts[lane] + 1, taken.size()).stream()
            .filter(call -> call.steps(lane))
            .toList();
    int steps = calls.size();
    List<Object> observations = new ArrayList<>(steps + 1);
    List<Object> actions = new ArrayList<>(steps);
    double[] rewards = new double[steps];
    Map<String, List<@Nullable Object>> infos = new LinkedHashMap<>();
    observations.add(first.firstObservation(lane));
    addInfo(infos, "", first.firstInfo(lane), 0, steps + 1);
    for (int i = 0; i < steps; i++) {
      Taken call = calls.get(i);
      observations.add(call.stepObservation(lane));
      actions.add(call.action(lane));
      rewards[i] = call.reward(lane);
      addInfo(infos, "", call.stepInfo(lane), i + 1, steps + 1);
    }
    Taken last = calls.get(steps - 1);
    return new Episode(
        lane,
        first.seed(lane),
        first.options(),
        observations,
        actions,
        rewards,
        last.terminated(lane),
        last.truncated(lane),
        infos);
  }

  private static void addInfo(
      Map<String, List<@Nullable Object>> infos,
      String path,
      Map<?, ?> info,
      int place,
      int length) {
    info.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> members) {
            addInfo(infos, path + name + ".", members, place, length);
          } else {
            infos
                .computeIfAbsent(
                    path + name, key -> new ArrayList<>(Collections.nCopies(length, null)))
                .set(place, widened(value));
          }
        });
  }

  /** A vector's integers are long, and an episode of it is none of another kind. */
  private static Object widened(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(EpisodeRecorder::widened).toList();
    }
    return value instanceof Integer number ? (Object) number.longValue() : value;
  }

  private void missRunning(String why) {
    int running = 0;
    for (int start : starts) {
      running += start == NOT_FOLLOWED ? 0 : 1;
    }
    if (running > 0) {
      LOG.warn("{} episodes are not recorded: {}", running, why);
      try {
        store.miss(running);
      } catch (RecordingException e) {
        LOG.error("that they are missing could not be kept", e);
      }
    }
    lose();
  }

  private int earliest() {
    int earliest = taken.size();
    for (int start : starts) {
      earliest = start == NOT_FOLLOWED ? earliest : Math.min(earliest, start);
    }
    return earliest;
  }

  private void forget(int count) {
    if (count == 0) {
      return;
    }
    List<Taken> gone = taken.subList(0, count);
    long bytes = gone.stream().mapToLong(Taken::bytes).sum();
    gone.clear();
    store.release(bytes);
    for (int lane = 0; lane < starts.length; lane++) {
      starts[lane] = starts[lane] == NOT_FOLLOWED ? NOT_FOLLOWED : starts[lane] - count;
    }
  }
}
