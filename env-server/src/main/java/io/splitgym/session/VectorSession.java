package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurabilityException;
import io.splitgym.environment.VectorEnvironment;
import io.splitgym.environment.VectorResetResult;
import io.splitgym.environment.VectorSeeds;
import io.splitgym.environment.VectorStepResult;
import io.splitgym.registry.CreatedVector;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.RequestForm;
import io.splitgym.session.VectorCommand.ResetCommand;
import io.splitgym.session.VectorCommand.StepCommand;
import io.splitgym.validation.LimitReachedException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One live vector of environments under its id. Safe for use by several threads: calls on it are
 * worked on one at a time, in the order in which they came.
 *
 * <p>Its progress counts resets, of whichever environments, as {@code episodes}, and the steps
 * since the latest of them.
 */
public final class VectorSession extends LiveSession<VectorEnvironment> {
  static final String KIND = "vector";

  /** So many environment steps at most are taken again to wake a vector: some seconds. */
  private static final int MOST_STEPS_TO_REPEAT = 2_000_000;

  /** A saved state is as large as a hundred commands, so it isn't kept at every step. */
  private static final int FEWEST_COMMANDS_BETWEEN_STATES = 16;

  private static final int MOST_COMMANDS_TO_REPEAT = 10_000;

  private final VectorDescription description;
  private final EnvironmentRegistry registry;
  private final RequestForm optionsForm;

  /** Whose episode is over; known only while episodes are recorded. */
  private boolean[] over = new boolean[0];

  private VectorSession(
      String id,
      Origin origin,
      VectorDescription description,
      Progress progress,
      EnvironmentRegistry registry,
      @Nullable Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    super(id, origin, progress, keeping, recording, turns);
    this.description = description;
    this.registry = registry;
    this.optionsForm = RequestForm.of(description.each().spec().options());
  }

  /**
   * One that begins.
   *
   * @param vector as it stands after {@code origin.progress()}
   * @throws DurabilityException if it can't be kept
   */
  static VectorSession begin(
      String id,
      Origin origin,
      VectorDescription description,
      VectorEnvironment vector,
      EnvironmentRegistry registry,
      @Nullable Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    VectorSession session =
        new VectorSession(
            id, origin, description, origin.progress(), registry, keeping, recording, turns);
    session.begin(vector);
    return session;
  }

  /**
   * One that an earlier process left.
   *
   * @throws IllegalArgumentException if this server can't make anything of what it left
   */
  static VectorSession asleep(
      String id,
      SessionDocument document,
      Checkpoint checkpoint,
      EnvironmentRegistry registry,
      Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    VectorSession session =
        new VectorSession(
            id,
            document.origin(),
            VectorDescription.of(document.description(), registry),
            document.progress(),
            registry,
            keeping,
            recording,
            turns);
    session.sleepAt(checkpoint);
    return session;
  }

  /** What it is, which never changes; never waits. */
  public VectorDescription description() {
    return description;
  }

  @Override
  public Standing standing() {
    Reached reached = reached();
    List<Float> observation = null;
    Double reward = null;
    if (reached.answer() instanceof VectorStepResult step) {
      observation = means(step.observations(), step.width());
      reward = Arrays.stream(step.rewards()).average().orElse(0);
    } else if (reached.answer() instanceof VectorResetResult reset) {
      observation = means(reset.observations(), reset.width());
    }
    return new Standing(
        id(),
        description.each(),
        description.count(),
        reached.progress(),
        observation,
        reward,
        null,
        idle());
  }

  private static List<Float> means(float[] rows, int width) {
    double[] sums = new double[width];
    for (int i = 0; i < rows.length; i++) {
      sums[i % width] += rows[i];
    }
    int count = rows.length / width;
    return Arrays.stream(sums).mapToObj(sum -> (float) (sum / count)).toList();
  }

  /**
   * Starts episodes.
   *
   * @param key what the request is called by; if that was the latest key here, nothing is done and
   *     the earlier answer returned
   * @throws io.splitgym.registry.MalformedRequestException if an option is unknown or has the wrong
   *     type
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws DurabilityException if it can't be kept; then it did not happen
   * @see VectorEnvironment#reset
   */
  public VectorResetResult reset(
      VectorSeeds seeds,
      boolean @Nullable [] mask,
      Map<String, Object> options,
      @Nullable RequestKey key) {
    optionsForm.check("options.", options);
    return (VectorResetResult) carryOut(new ResetCommand(seeds, mask, options), key);
  }

  /**
   * Takes a step in each environment.
   *
   * @param key what the request is called by; if that was the latest key here, nothing is done and
   *     the earlier answer returned
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws RequestKeyReusedException if the key came with another request before
   * @throws DurabilityException if it can't be kept; then it did not happen
   * @see VectorEnvironment#step
   */
  public VectorStepResult step(int[] actions, @Nullable RequestKey key) {
    return (VectorStepResult) carryOut(new StepCommand(actions), key);
  }

  /**
   * The vector as it stands, for {@link #restore(SavedVector)} and {@link Sessions#createVector}.
   *
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   */
  public SavedVector save() {
    return look(
        vector ->
            new SavedVector(
                description.request(),
                description.each().fingerprint(),
                progress(),
                vector.save()));
  }

  /**
   * Goes on from a state of this vector or of one with the same spec, backend, parameters, size and
   * autoreset.
   *
   * @throws io.splitgym.validation.InvalidValueException if it is the state of something else, or
   *     not possible here; then all is as it was
   * @throws OtherModelException if another model answered the steps that led to it
   * @throws UnknownSessionException if the session was closed meanwhile
   * @throws LimitReachedException if too many calls wait already, or this one waited too long
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  public void restore(SavedVector saved) {
    description.requireMadeBy(saved.request(), saved.fingerprint(), registry);
    replace(vector -> vector.restore(saved.data()), saved.progress());
  }

  @Override
  Map<String, Object> plainDescription() {
    return description.plain();
  }

  @Override
  VectorEnvironment make() {
    CreatedVector made = registry.createVector(description.request());
    OtherModelException.requireOfSession(
        made.fingerprint(), description.each().fingerprint(), made.environment()::close);
    return made.environment();
  }

  @Override
  String fingerprint() {
    return description.each().fingerprint();
  }

  @Override
  byte[] save(VectorEnvironment vector) {
    return vector.save();
  }

  @Override
  void restore(VectorEnvironment vector, byte[] state) {
    vector.restore(state);
  }

  @Override
  void free(VectorEnvironment vector) {
    vector.close();
  }

  @Override
  Object repeat(VectorEnvironment vector, byte[] command) {
    return VectorCommand.of(command).applyTo(vector);
  }

  @Override
  Object plain(Object answer) {
    return VectorAnswers.plain(answer);
  }

  @Override
  Object answer(Object plain) {
    return VectorAnswers.of(plain);
  }

  @Override
  int lanes() {
    return description.count();
  }

  @Override
  Taken taken(byte[] command, Object answer) {
    VectorTaken call =
        new VectorTaken(description.autoreset(), over, VectorCommand.of(command), answer);
    over = call.overAfter();
    return call;
  }

  @Override
  Object recordingBefore(@Nullable Taken next) {
    return VectorAnswers.bytes(next == null ? over : ((VectorTaken) next).overBefore());
  }

  @Override
  void recordFrom(@Nullable Object before) {
    over = before == null ? new boolean[description.count()] : VectorAnswers.truths(before);
  }

  @Override
  int mostCommandsToRepeat() {
    int affordable = MOST_STEPS_TO_REPEAT / description.count();
    return Math.min(MOST_COMMANDS_TO_REPEAT, Math.max(FEWEST_COMMANDS_BETWEEN_STATES, affordable));
  }

  private Object carryOut(VectorCommand command, @Nullable RequestKey key) {
    return carryOut(command.bytes(), key, command::applyTo);
  }
}
