package io.splitgym.server.live;

import io.splitgym.session.Sessions;
import io.splitgym.session.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The environments that watchers are told of: those that were used last, as many as have a place.
 * One that is in use keeps its place, so that where more are in use than there are places, the list
 * stays the same instead of changing at every look. It looks when it is told to: nothing that
 * happens to an environment waits for it. Used by one thread at a time.
 */
final class Board {
  private static final Duration IN_USE = Duration.ofSeconds(10);

  private final Sessions sessions;
  private final int places;
  private Map<String, Entry> listed = new LinkedHashMap<>();
  private int all;
  private long look;

  Board(Sessions sessions, int places) {
    this.sessions = sessions;
    this.places = places;
  }

  /** Sees where they stand now. */
  void look() {
    look++;
    all = sessions.count();
    Map<String, Standing> latest = new LinkedHashMap<>();
    sessions.lately(places).forEach(standing -> latest.put(standing.id(), standing));
    Map<String, Entry> next = new LinkedHashMap<>();
    listed.forEach(
        (id, before) -> {
          Standing known = latest.get(id);
          Optional<Standing> now =
              known != null
                  ? Optional.of(known)
                  : sessions.standing(id).filter(one -> one.idle().compareTo(IN_USE) < 0);
          now.ifPresent(standing -> next.put(id, before.at(StandingBody.of(standing), look)));
        });
    latest.forEach(
        (id, standing) -> {
          if (next.size() < places) {
            next.computeIfAbsent(id, unlisted -> new Entry(StandingBody.of(standing), look));
          }
        });
    listed = next;
  }

  /** How often it looked. */
  long looks() {
    return look;
  }

  /** All there is to tell. */
  LiveBody whole() {
    return new LiveBody(
        true, all, listed.values().stream().map(Entry::standing).toList(), List.of(), List.of());
  }

  /** The ids of those that have a place. */
  Set<String> ids() {
    return Set.copyOf(listed.keySet());
  }

  int all() {
    return all;
  }

  /**
   * What changed.
   *
   * @param since the look after which the reader was told
   * @param told of which ids it was told then
   */
  LiveBody changes(long since, Set<String> told) {
    List<StandingBody> changed = new ArrayList<>();
    listed.forEach(
        (id, entry) -> {
          if (entry.changed() > since || !told.contains(id)) {
            changed.add(entry.standing());
          }
        });
    List<String> ended = new ArrayList<>();
    List<String> unlisted = new ArrayList<>();
    for (String id : told) {
      if (!listed.containsKey(id)) {
        (sessions.standing(id).isPresent() ? unlisted : ended).add(id);
      }
    }
    return new LiveBody(false, all, changed, ended, unlisted);
  }

  /**
   * One place.
   *
   * @param changed at which look it was seen to have changed
   */
  private record Entry(StandingBody standing, long changed) {
    Entry at(StandingBody now, long look) {
      return now.equals(standing) ? this : new Entry(now, look);
    }
  }
}
