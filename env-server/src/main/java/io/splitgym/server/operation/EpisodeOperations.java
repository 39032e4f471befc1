package io.splitgym.server.operation;

import io.splitgym.recording.EpisodeStore;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.wire.EpisodeBodies;
import io.splitgym.server.wire.EpisodeQuery;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can be done with recorded episodes. */
public final class EpisodeOperations {
  private static final String ALL = "/v1/episodes";
  private static final String ONE = "/v1/episodes/{id}";
  private static final String EPISODE = "episode";

  private final @Nullable EpisodeStore store;

  /**
   * @param store null for a server that keeps nothing
   */
  public EpisodeOperations(@Nullable EpisodeStore store) {
    this.store = store;
  }

  /** All of them. */
  public List<Operation> all() {
    return List.of(
        Operation.query("listEpisodes", ALL, "", this::list),
        Operation.get("getEpisode", ONE, EPISODE, this::get),
        Operation.delete("deleteEpisode", ONE, EPISODE, this::delete),
        Operation.deleteQueried("deleteEpisodes", ALL, this::deleteAll));
  }

  private Reply list(Call call) {
    EpisodeQuery query = EpisodeQuery.ofListing(call.fields());
    if (store == null) {
      return Reply.of(EpisodeBodies.Listing.ofNothing());
    }
    return Reply.of(
        EpisodeBodies.Listing.of(
            store.page(query.page().after(), query.page().limit(), query.environment()),
            store.totals(),
            store.limits()));
  }

  private Reply get(Call call) {
    if (store != null && isId(call.target())) {
      return store
          .get(Long.parseLong(call.target()))
          .map(whole -> Reply.of(new EpisodeBodies.Whole(whole)))
          .orElseThrow(() -> ProblemException.unknownEpisode(call.target()));
    }
    throw ProblemException.unknownEpisode(call.target());
  }

  private Reply delete(Call call) {
    if (store == null || !isId(call.target()) || !store.delete(Long.parseLong(call.target()))) {
      throw ProblemException.unknownEpisode(call.target());
    }
    return Reply.nothing();
  }

  private Reply deleteAll(Call call) {
    String environment = EpisodeQuery.environment(call.fields());
    return Reply.of(new EpisodeBodies.Deleted(store == null ? 0 : store.deleteAll(environment)));
  }

  private static boolean isId(String text) {
    return text.matches("[0-9]{1,18}");
  }
}
