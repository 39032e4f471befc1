package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurabilityException;
import io.splitgym.environment.Environment;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.RequestForm;
import io.splitgym.session.Command.ResetCommand;
import io.splitgym.session.Command.StepCommand;
import io.splitgym.space.BoxElement;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.LimitReachedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One live environment under its id. Safe for use by several threads: calls on it are worked on one
 * at a time, in the order in which they came.
 */
public final class Session extends LiveSession<Environment> {
  /** Of the documents of such sessions. */
  static final String KIND = "environment";

  /** They take some 50 milliseconds. */
  private static final int MOST_COMMANDS_TO_REPEAT = 10_000;

  private final SessionDescription description;
  private final EnvironmentRegistry registry;
  private final RequestForm optionsForm;

  private Session(
      String id,
      Origin origin,
      SessionDescription description,
      Progress progress,
      EnvironmentRegistry registry,
      @Nullable Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    super(id, origin, progress, keeping, recording, turns);
    this.description = description;
    this.registry = registry;
    this.optionsForm = RequestForm.of(description.spec().options());
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
      @Nullable Recording recording,
      Turns turns) {
    Session session =
        new Session(
            id, origin, description, origin.progress(), registry, keeping, recording, turns);
    session.begin(environment);
    return session;
  }

  /**
   * One that an earlier process left.
   *
   * @throws IllegalArgumentException if this server can't make anything of what it left
   */
  static Session asleep(
      String id,
      SessionDocument document,
      Checkpoint checkpoint,
      EnvironmentRegistry registry,
      Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    Session session =
        new Session(
            id,
            document.origin(),
            SessionDescription.of(document.description(), registry),
            document.progress(),
            registry,
            keeping,
            recording,
            turns);
    session.sleepAt(checkpoint);
    return session;
  }

  /** What it is, which never changes; never waits. */
  public SessionDescription description() {
    return description;
  }

  @Override
  public Standing standing() {
    Reached reached = reached();
    SpaceElement observation = null;
    Double reward = null;
    if (reached.answer() instanceof StepResult step) {
      observation = step.observation();
      reward = step.reward();
    } else if (reached.answer() instanceof ResetResult reset) {
      observation = reset.observation();
    }
    return new Standing(
        id(),
        description,
        null,
        reached.progress(),
        observation == null ? null : numbers(observation),
        reward,
        Double.isNaN(reached.episodeReturn()) ? null : reached.episodeReturn(),
        idle());
  }

  private static List<Float> numbers(SpaceElement element) {
    if (element instanceof DiscreteElement one) {
      return List.of((float) one.index());
    }
    List<Float> numbers = new ArrayList<>();
    for (float value : ((BoxElement) element).values()) {
      numbers.add(value);
    }
    return numbers;
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
   * The environment as it stands, for {@link #restore(SavedState)} and {@link Sessions#create}.
   *
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  public SavedState save() {
    return look(
        environment ->
            new SavedState(
                description.request(), description.fingerprint(), progress(), environment.save()));
  }

  /**
   * Goes on from a state of this environment or of one with the same spec, backend and parameters.
   *
   * @throws InvalidValueException if it is the state of something else, or not possible here; then
   *     all is as it was
   * @throws OtherModelException if another model answered the steps that led to it
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  public void restore(SavedState saved) {
    description.requireMadeBy(saved.request(), saved.fingerprint(), registry);
    replace(environment -> environment.restore(saved.data()), saved.progress());
  }

  @Override
  Map<String, Object> plainDescription() {
    return description.plain();
  }

  @Override
  Environment make() {
    CreatedEnvironment made = registry.create(description.request());
    OtherModelException.requireOfSession(
        made.fingerprint(), description.fingerprint(), made.environment()::close);
    return made.environment();
  }

  @Override
  String fingerprint() {
    return description.fingerprint();
  }

  @Override
  byte[] save(Environment environment) {
    return environment.save();
  }

  @Override
  void restore(Environment environment, byte[] state) {
    environment.restore(state);
  }

  @Override
  void free(Environment environment) {
    environment.close();
  }

  @Override
  Object repeat(Environment environment, byte[] command) {
    return Command.of(command).applyTo(environment);
  }

  @Override
  Object plain(Object answer) {
    return Answers.plain(answer);
  }

  @Override
  Object answer(Object plain) {
    return Answers.of(plain);
  }

  @Override
  int lanes() {
    return 1;
  }

  @Override
  Taken taken(byte[] command, Object answer) {
    return new SingleTaken(Command.of(command), answer);
  }

  @Override
  @Nullable Object recordingBefore(@Nullable Taken next) {
    return null;
  }

  @Override
  void recordFrom(@Nullable Object before) {}

  @Override
  int mostCommandsToRepeat() {
    return MOST_COMMANDS_TO_REPEAT;
  }

  private Object carryOut(Command command, @Nullable RequestKey key) {
    return carryOut(command.bytes(), key, command::applyTo);
  }
}
