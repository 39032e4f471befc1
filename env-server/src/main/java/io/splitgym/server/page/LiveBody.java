package io.splitgym.server.page;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.session.Progress;
import io.splitgym.session.Session;
import io.splitgym.session.Sessions;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where environments stand.
 *
 * @param all how many single environments and vectors live
 * @param environments the single ones that were used last
 */
@JsonPropertyOrder({"all", "environments"})
record LiveBody(int all, List<Standing> environments) {
  static LiveBody of(Sessions sessions, int most) {
    return new LiveBody(
        sessions.count(), sessions.lately(most).stream().map(Standing::of).toList());
  }

  /**
   * Where one stands.
   *
   * @param observation the latest; null before the first reset, and after a restart until the next
   *     call
   * @param reward the latest; null where no step followed a reset
   */
  @JsonPropertyOrder({
    "id",
    "spec",
    "backend",
    "preset",
    "status",
    "episodes",
    "steps",
    "observation",
    "reward"
  })
  record Standing(
      String id,
      String spec,
      String backend,
      String preset,
      String status,
      long episodes,
      long steps,
      @Nullable List<Double> observation,
      @Nullable Double reward) {
    static Standing of(Session session) {
      Progress progress = session.progress();
      Session.Latest latest = session.latest();
      return new Standing(
          session.id(),
          session.description().spec().id(),
          session.description().backend(),
          session.description().preset(),
          progress.status().name().toLowerCase(Locale.ROOT),
          progress.episodes(),
          progress.steps(),
          latest == null ? null : numbers(latest.observation()),
          latest == null ? null : latest.reward());
    }

    private static List<Double> numbers(SpaceElement element) {
      if (element instanceof DiscreteElement one) {
        return List.of((double) one.index());
      }
      List<Double> numbers = new ArrayList<>();
      for (float value : ((BoxElement) element).values()) {
        numbers.add((double) value);
      }
      return numbers;
    }
  }
}
