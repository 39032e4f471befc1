package io.splitgym.server.openenv;

import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.environment.ResetResult;
import io.splitgym.registry.EnvironmentRequest;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.wire.Elements;
import io.splitgym.server.wire.SpaceBody;
import io.splitgym.session.Progress;
import io.splitgym.session.Session;
import io.splitgym.session.SessionDescription;
import io.splitgym.session.Sessions;
import io.splitgym.session.UnknownSessionException;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.LimitReachedException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The one environment that a connection, or a name given over REST, stands for. A reset that asks
 * for another kind of environment puts another in its place. Safe for use by several threads: the
 * session below lets calls in one at a time, and this class holds no lock while it works.
 */
final class ClientEnvironment implements AutoCloseable {
  private static final String ACTION = "action";

  // as metrics call them
  static final String RESET = "openenv reset";
  private static final String STEP = "openenv step";

  private final Resources resources;
  private final Sessions sessions;
  private final String client;

  private @Nullable Session session;
  private Map<String, Object> creation = Map.of();
  private @Nullable String episodeId;
  private boolean closed;

  /**
   * @param client who asks for it, as limits tell clients apart
   */
  ClientEnvironment(Resources resources, String client) {
    this.resources = resources;
    this.sessions = resources.sessions();
    this.client = client;
  }

  /**
   * Makes the environment of a reset that names nothing, so that its place is taken.
   *
   * @throws LimitReachedException if the server holds as many as it may
   */
  void open() {
    Session made = sessions.createUnkept(resources.request(Map.of()), client);
    replace(made, Map.of());
  }

  /**
   * Starts an episode, in another environment if the fields ask for one that the present one isn't.
   * What they refuse leaves the present episode as it was.
   *
   * @return what comes of it; fails, or this throws at once, as follows
   * @throws io.splitgym.validation.InvalidValueException if a value isn't allowed
   * @throws MalformedRequestException if a field is unknown or has the wrong type
   * @throws io.splitgym.registry.BackendUnavailableException if the backend lacks something
   * @throws LimitReachedException if there is no place for another environment
   * @throws UnknownSessionException if the environment was deleted or this was closed
   */
  CompletableFuture<ObservationBody> reset(ResetFields fields) {
    Session present = present();
    if (present != null && (fields.creation().isEmpty() || isMadeOf(fields.creation()))) {
      return resources
          .workers()
          .begin(
              resources.slowBackend(present.description()),
              resources
                  .metrics()
                  .watched(RESET, present.description(), () -> restart(present, fields)));
    }
    EnvironmentRequest request = resources.request(fields.creation());
    return resources
        .workers()
        .begin(
            resources.slowBackend(request),
            resources.metrics().watched(RESET, request, () -> startAnother(request, fields)));
  }

  /**
   * Takes a step.
   *
   * @return what comes of it; fails, or this throws at once, as follows
   * @param data an action as OpenEnv sends it: {@code action}, and {@code metadata}, which is left
   *     unread
   * @throws io.splitgym.validation.InvalidValueException if the action isn't in the action space
   * @throws MalformedRequestException if it has the wrong form
   * @throws EpisodeNotRunningException before the first reset and after an episode's end
   * @throws UnknownSessionException if the environment was deleted
   */
  CompletableFuture<ObservationBody> step(Map<String, @Nullable Object> data) {
    Map<String, @Nullable Object> action = new LinkedHashMap<>(data);
    Object metadata = action.remove(ObservationBody.METADATA);
    if (metadata != null && !(metadata instanceof Map)) {
      throw MalformedRequestException.wrongType(ObservationBody.METADATA, metadata, "an object");
    }
    Session present = present();
    if (present == null) {
      throw new EpisodeNotRunningException("no episode is running: reset the environment first");
    }
    SessionDescription description = present.description();
    SpaceElement element = Elements.action(action, description.actionSpace());
    resources.rate().take(client, 1);
    return resources
        .workers()
        .begin(
            resources.slowBackend(description),
            resources
                .metrics()
                .watched(
                    STEP,
                    description,
                    () ->
                        ObservationBody.of(present.step(element), description.observationSpace())));
  }

  /** Which episode it is in, how far, and what the environment is. */
  Map<String, @Nullable Object> state() {
    Session present = present();
    if (present == null) {
      return noEpisode();
    }
    Progress progress = present.progress();
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put(ResetFields.EPISODE_ID, episodeId());
    state.put("step_count", progress.steps());
    state.put("status", progress.status().name().toLowerCase(Locale.ROOT));
    state.put("episodes", progress.episodes());
    state.put("spec", present.description().spec().id());
    state.put("backend", present.description().backend());
    state.put("preset", present.description().preset());
    state.put("parameters", present.description().parameters());
    state.put("observation_space", SpaceBody.of(present.description().observationSpace()));
    state.put("action_space", SpaceBody.of(present.description().actionSpace()));
    return state;
  }

  /** The state of no environment in particular. */
  static Map<String, @Nullable Object> noEpisode() {
    Map<String, @Nullable Object> state = new LinkedHashMap<>();
    state.put(ResetFields.EPISODE_ID, null);
    state.put("step_count", 0);
    return state;
  }

  /** Counts as use, so that the environment of a live connection doesn't expire; never waits. */
  void touch() {
    Session present = present();
    if (present != null) {
      try {
        sessions.get(present.id());
      } catch (UnknownSessionException e) {
        // The next call on it tells the client.
      }
    }
  }

  /** The id of the environment that it has now; null if it has none. */
  @Nullable String sessionId() {
    Session present = present();
    return present == null ? null : present.id();
  }

  /** Frees the environment; a call that it works on is answered first. */
  @Override
  public void close() {
    Session last;
    synchronized (this) {
      closed = true;
      last = session;
      session = null;
    }
    delete(last);
  }

  private ObservationBody restart(Session present, ResetFields fields) {
    ResetResult result = present.reset(fields.seed(), fields.options());
    named(fields.episodeId());
    return ObservationBody.of(result, present.description().observationSpace());
  }

  private ObservationBody startAnother(EnvironmentRequest request, ResetFields fields) {
    Session next = another(request);
    ObservationBody body;
    boolean started = false;
    try {
      ResetResult result = next.reset(fields.seed(), fields.options());
      body = ObservationBody.of(result, next.description().observationSpace());
      started = true;
    } finally {
      if (!started) {
        delete(next);
      }
    }
    replace(next, fields.creation());
    named(fields.episodeId());
    return body;
  }

  /** Gives up the present environment's place where there is none for both. */
  private Session another(EnvironmentRequest request) {
    try {
      return sessions.createUnkept(request, client);
    } catch (LimitReachedException e) {
      Session present;
      synchronized (this) {
        present = session;
        session = null;
        creation = Map.of();
        episodeId = null;
      }
      if (present == null) {
        throw e;
      }
      delete(present);
      return sessions.createUnkept(request, client);
    }
  }

  private void replace(Session next, Map<String, Object> fields) {
    Session last;
    synchronized (this) {
      last = closed ? next : session;
      if (!closed) {
        session = next;
        creation = fields;
      }
    }
    delete(last);
    if (last == next) {
      throw new UnknownSessionException(next.id());
    }
  }

  private void delete(@Nullable Session gone) {
    if (gone != null) {
      try {
        sessions.delete(gone.id());
      } catch (UnknownSessionException e) {
        // It expired, or somebody else deleted it: gone all the same.
      }
    }
  }

  private synchronized @Nullable Session present() {
    return session;
  }

  private synchronized boolean isMadeOf(Map<String, Object> fields) {
    return creation.equals(fields);
  }

  private synchronized @Nullable String episodeId() {
    return episodeId;
  }

  private synchronized void named(@Nullable String id) {
    episodeId = id == null ? UUID.randomUUID().toString() : id;
  }
}
