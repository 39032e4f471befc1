package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurabilityException;
import io.splitgym.durability.DurableLog;
import io.splitgym.durability.Trail;
import io.splitgym.environment.Environment;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.RequestForm;
import io.splitgym.session.Command.ResetCommand;
import io.splitgym.session.Command.StepCommand;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One live environment under its id. Safe for use by several threads: calls on it are worked on one
 * at a time, in the order in which they came.
 *
 * <p>Where sessions are kept, what a call did is in the journal before the call returns. A session
 * that an earlier process left sleeps: its environment is made, and brought to where it stood, when
 * the first call needs it.
 */
public final class Session implements KeptSession {
  /** So many commands at most are carried out again to wake a session: some 50 milliseconds. */
  private static final int MOST_COMMANDS_TO_REPEAT = 10_000;

  private final String id;
  private final Origin origin;
  private final SessionDescription description;
  private final EnvironmentRegistry registry;
  private final @Nullable Keeping keeping;
  private final RequestForm optionsForm;
  private final Turns turns;
  private volatile Progress progress;
  private @Nullable Environment environment;
  private @Nullable Answered answered;
  private @Nullable Checkpoint asleep;

  private Session(
      String id,
      Origin origin,
      SessionDescription description,
      Progress progress,
      EnvironmentRegistry registry,
      @Nullable Keeping keeping,
      Turns turns) {
    this.id = id;
    this.origin = origin;
    this.description = description;
    this.progress = progress;
    this.registry = registry;
    this.keeping = keeping;
    this.optionsForm = RequestForm.of(description.spec().options());
    this.turns = turns;
  }

  /**
   * One that begins.
   *
   * @param environment as it stands after {@code origin.progress()}
   * @throws DurabilityException if it can't be kept
   */
  static Session begin(
      String id,
      Origin origin,
      SessionDescription description,
      Environment environment,
      EnvironmentRegistry registry,
      @Nullable Keeping keeping,
      Turns turns) {
    Session session =
        new Session(id, origin, description, origin.progress(), registry, keeping, turns);
    session.environment = environment;
    if (keeping != null) {
      keeping.trail().document(session.document(environment));
    }
    return session;
  }

  /**
   * One that an earlier process left.
   *
   * @throws IllegalArgumentException if this server can't make anything of what it left
   */
  static Session asleep(
      String id,
      Checkpoint checkpoint,
      EnvironmentRegistry registry,
      Keeping keeping,
      Turns turns) {
    SessionDocument document = SessionDocument.of(checkpoint.document(), registry);
    Session session =
        new Session(
            id,
            document.origin(),
            document.description(),
            document.progress(),
            registry,
            keeping,
            turns);
    checkpoint
        .commands()
        .forEach(kept -> session.progress = KeptCommand.of(kept).after(session.progress));
    session.asleep = checkpoint;
    return session;
  }

  @Override
  public String id() {
    return id;
  }

  /** What it is, which never changes; never waits. */
  public SessionDescription description() {
    return description;
  }

  /** How far it has come; never waits for a step that is being worked on. */
  public Progress progress() {
    return progress;
  }

  /** How far it had come when it was made: not at all, unless it was made from a saved state. */
  public Progress progressAtCreation() {
    return origin.progress();
  }

  @Override
  public Origin origin() {
    return origin;
  }

  /** Starts an episode; a request without a key. */
  public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
    return reset(seed, options, null);
  }

  /**
   * Starts an episode.
   *
   * @param seed restarts the environment's randomness; null goes on from where it stands
   * @param options what fixes the start, by name
   * @param key what the request is called by; if that was the latest key here, nothing is done and
   *     the earlier answer returned
   * @throws io.splitgym.registry.MalformedRequestException if an option is unknown or has the wrong
   *     type
   * @throws InvalidValueException if an option isn't allowed
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  public ResetResult reset(
      @Nullable Long seed, Map<String, Object> options, @Nullable RequestKey key) {
    optionsForm.check("options.", options);
    return (ResetResult) carryOut(new ResetCommand(seed, options), key);
  }

  /** Takes a step; a request without a key. */
  public StepResult step(SpaceElement action) {
    return step(action, null);
  }

  /**
   * Takes a step.
   *
   * @param key what the request is called by; if that was the latest key here, nothing is done and
   *     the earlier answer returned
   * @throws InvalidValueException if the action isn't in the action space
   * @throws io.splitgym.environment.EpisodeNotRunningException before the first reset and after an
   *     episode's end
   * @throws UnknownSessionException if the session was closed before or while it was worked on
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  public StepResult step(SpaceElement action, @Nullable RequestKey key) {
    return (StepResult) carryOut(new StepCommand(action), key);
  }

  /**
   * The environment as it stands, for {@link #restore} and {@link Sessions#create}.
   *
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  public SavedState save() {
    return turns.take(() -> new SavedState(description.request(), progress, awake().save()));
  }

  /**
   * Goes on from a state of this environment or of one with the same spec, backend and parameters.
   *
   * @throws InvalidValueException if it is the state of something else, or not possible here; then
   *     all is as it was
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  public void restore(SavedState saved) {
    requireAlike(saved);
    turns.take(
        () -> {
          Environment goesOn = awake();
          goesOn.restore(saved.data());
          Progress before = progress;
          Answered answeredBefore = answered;
          progress = saved.progress();
          answered = null;
          try {
            if (keeping != null) {
              keeping.trail().document(document(goesOn));
            }
          } catch (DurabilityException e) {
            progress = before;
            answered = answeredBefore;
            fallAsleep();
            throw e;
          }
          return saved;
        });
  }

  @Override
  public void touch() {
    turns.touch();
  }

  @Override
  public Duration idle() {
    return turns.idle();
  }

  @Override
  public Optional<Checkpoint> checkpoint() {
    Checkpoint[] standing = new Checkpoint[1];
    turns.takeIfFree(
        () -> {
          if (keeping != null) {
            standing[0] =
                environment == null
                    ? checkpointAsleep(keeping)
                    : keeping.trail().checkpoint(document(environment));
          }
        });
    return Optional.ofNullable(standing[0]);
  }

  @Override
  public void close() {
    turns.close(this::free);
  }

  @Override
  public void end() {
    turns.close(
        () -> {
          free();
          if (keeping != null) {
            keeping.trail().end();
          }
        });
  }

  private Object carryOut(Command command, @Nullable RequestKey key) {
    byte[] bytes = key == null && keeping == null ? null : command.bytes();
    return turns.take(
        () -> {
          Environment awake = awake();
          if (answered != null && key != null && bytes != null) {
            Object earlier = answered.to(key, bytes);
            if (earlier != null) {
              return earlier;
            }
          }
          Object answer = command.applyTo(awake);
          Progress after = progress.after(answer);
          if (keeping != null && bytes != null) {
            keep(new KeptCommand(key, after.status(), bytes), keeping);
          }
          progress = after;
          if (key != null && bytes != null) {
            answered = new Answered(key, bytes, answer);
          }
          if (keeping != null) {
            shorten(awake, keeping);
          }
          return answer;
        });
  }

  private void keep(KeptCommand command, Keeping kept) {
    try {
      kept.trail().command(command.bytes());
    } catch (DurabilityException e) {
      // the environment has gone on, but nobody may know: it is brought back to what was kept
      fallAsleep();
      throw e;
    }
  }

  /** Sees to it that waking up never takes long. */
  private void shorten(Environment awake, Keeping kept) {
    if (kept.trail().commandsSinceDocument() < MOST_COMMANDS_TO_REPEAT) {
      return;
    }
    try {
      kept.trail().document(document(awake));
    } catch (DurabilityException e) {
      // what was done is kept as it is; the next call tries again
      return;
    }
  }

  private Environment awake() {
    if (environment == null) {
      if (keeping == null) {
        throw new IllegalStateException("session " + id + " has nothing to wake from");
      }
      Checkpoint from = checkpointAsleep(keeping);
      SessionDocument document = SessionDocument.of(from.document(), registry);
      Environment made = registry.create(description.request()).environment();
      made.restore(document.state());
      Answered[] latest = {document.answered()};
      from.commands().forEach(bytes -> repeat(KeptCommand.of(bytes), made, latest));
      environment = made;
      answered = latest[0];
      asleep = null;
    }
    return environment;
  }

  private void repeat(KeptCommand kept, Environment made, Answered[] latest) {
    Object answer = Command.of(kept.command()).applyTo(made);
    if (Progress.NONE.after(answer).status() != kept.after()) {
      throw new IllegalStateException("session " + id + " goes another way than it went");
    }
    if (kept.key() != null) {
      latest[0] = new Answered(kept.key(), kept.command(), answer);
    }
  }

  private Checkpoint checkpointAsleep(Keeping kept) {
    if (asleep == null) {
      asleep = kept.log().read(kept.trail());
    }
    return asleep;
  }

  private void fallAsleep() {
    free();
    asleep = null;
  }

  private void free() {
    if (environment != null) {
      environment.close();
      environment = null;
    }
  }

  private byte[] document(Environment awake) {
    return new SessionDocument(origin, description, progress, awake.save(), answered).bytes();
  }

  private void requireAlike(SavedState saved) {
    requireSame("spec", saved.request().spec(), description.spec().id());
    requireSame("backend", saved.request().backend(), description.backend());
    Map<String, Object> given = saved.request().parameters();
    if (!SavedState.same(given, description.parameters())) {
      // what is left out has its default
      CreatedEnvironment like = registry.create(saved.request());
      like.environment().close();
      given = like.parameters();
    }
    Map<String, Object> all = given;
    description
        .parameters()
        .forEach((name, value) -> requireSame("parameters." + name, all.get(name), value));
  }

  private static void requireSame(String field, @Nullable Object given, @Nullable Object expected) {
    if (!SavedState.same(given, expected)) {
      throw new InvalidValueException(
          field, given, expected + ", as of the environment that is to go on from there");
    }
  }

  /**
   * Where it is kept.
   *
   * @param log the one that the trail belongs to
   */
  record Keeping(DurableLog log, Trail trail) {}
}
