package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurabilityException;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.RecordedEnvironment;
import io.splitgym.validation.InvalidValueException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all kinds of session have in common: calls one at a time, and that nothing which was
 * answered is lost. A subclass says what it works on, and how commands and answers look as bytes.
 *
 * <p>Where sessions are kept, what a call did is in the journal before the call returns. A session
 * that an earlier process left sleeps: what it works on is made, and brought to where it stood,
 * when the first call needs it. So what it works on has to be a function of its description, its
 * saved state and the commands since.
 *
 * @param <E> what it works on
 */
abstract class LiveSession<E> implements KeptSession {
  /**
   * The answers of running episodes that are larger aren't written with the session's document:
   * those episodes are not recorded if the process ends in their middle.
   */
  private static final long MOST_BYTES_OF_RUNNING = 1 << 22;

  private final String id;
  private final Origin origin;
  private final @Nullable Keeping keeping;
  private final @Nullable EpisodeStore episodes;
  private final Turns turns;
  private volatile Reached reached;
  private volatile @Nullable String backend;
  private @Nullable E awake;
  private @Nullable EpisodeRecorder recorder;
  private @Nullable Answered answered;
  private @Nullable Checkpoint asleep;
  private boolean ended;

  /**
   * @param keeping null where nothing is kept
   * @param recording null where no episodes can be recorded
   */
  LiveSession(
      String id,
      Origin origin,
      Progress progress,
      @Nullable Keeping keeping,
      @Nullable Recording recording,
      Turns turns) {
    this.id = id;
    this.origin = origin;
    this.reached = Reached.only(progress);
    this.keeping = keeping;
    this.episodes = recording != null && origin.recorded() ? recording.store() : null;
    this.turns = turns;
  }

  /** What it is, as plain values; {@code kind} tells the kind of session. */
  abstract Map<String, Object> plainDescription();

  /**
   * Makes what it works on, as it was at first.
   *
   * @throws OtherModelException if another model would answer than did then
   */
  abstract E make();

  /** What tells the model that answers from every other one. */
  abstract String fingerprint();

  /** What {@link #restore} takes. */
  abstract byte[] save(E worksOn);

  /** Brings it to a saved state. */
  abstract void restore(E worksOn, byte[] state);

  /** Frees it. */
  abstract void free(E worksOn);

  /** Carries a command out that was carried out before, and gives its answer. */
  abstract Object repeat(E worksOn, byte[] command);

  /** An answer as plain values. */
  abstract Object plain(Object answer);

  /** The answer that these plain values were. */
  abstract Object answer(Object plain);

  /** How many environments there are. */
  abstract int lanes();

  /** A command that was carried out, as the recording sees it; asked for one after the other. */
  abstract Taken taken(byte[] command, Object answer);

  /**
   * What the recording has to know of the environments besides, as plain value.
   *
   * @param next the call that it has to be known before; null for one that is still to come
   */
  abstract @Nullable Object recordingBefore(@Nullable Taken next);

  /** Goes back to what {@link #recordingBefore} gave; null for what is to be at first. */
  abstract void recordFrom(@Nullable Object before);

  /** So many commands at most are carried out again to wake it. */
  abstract int mostCommandsToRepeat();

  /**
   * Begins, with something that was just made.
   *
   * @throws DurabilityException if it can't be kept
   */
  final void begin(E worksOn) {
    awake = worksOn;
    recorder = newRecorder(0);
    if (keeping != null) {
      keeping.trail().document(document(worksOn));
    }
  }

  /** Sleeps where an earlier process left it. */
  final void sleepAt(Checkpoint checkpoint) {
    asleep = checkpoint;
    checkpoint
        .commands()
        .forEach(kept -> reached = Reached.only(KeptCommand.of(kept).after(reached.progress())));
  }

  @Override
  public final String id() {
    return id;
  }

  /** How far it has come; never waits for a step that is being worked on. */
  public final Progress progress() {
    return reached.progress();
  }

  /** How far it had come when it was made: not at all, unless it was made from a saved state. */
  public final Progress progressAtCreation() {
    return origin.progress();
  }

  @Override
  public final Origin origin() {
    return origin;
  }

  /** Whether its episodes are recorded. */
  public final boolean recorded() {
    return origin.recorded();
  }

  /** How far it has come, and with what; never waits for a step that is being worked on. */
  final Reached reached() {
    return reached;
  }

  @Override
  public final String backend() {
    String known = backend;
    if (known == null) {
      known = String.valueOf(plainDescription().get("backend"));
      backend = known;
    }
    return known;
  }

  @Override
  public final void touch() {
    turns.touch();
  }

  @Override
  public final Duration idle() {
    return turns.idle();
  }

  @Override
  public int waiting() {
    return turns.waiting();
  }

  @Override
  public final Optional<Checkpoint> checkpoint() {
    Checkpoint[] standing = new Checkpoint[1];
    turns.takeIfFree(
        () -> {
          if (keeping != null) {
            standing[0] =
                awake == null
                    ? checkpointAsleep(keeping)
                    : keeping.trail().checkpoint(document(awake));
          }
        });
    return Optional.ofNullable(standing[0]);
  }

  @Override
  public final void close() {
    turns.close(this::freeAwake);
  }

  @Override
  public final boolean end() {
    boolean[] now = new boolean[1];
    turns.close(
        () -> {
          if (ended) {
            return;
          }
          if (keeping != null) {
            // first, for if this fails there is still all to go on with
            keeping.trail().end();
          }
          ended = true;
          now[0] = true;
          EpisodeRecorder last = recorder == null ? newRecorder(0) : recorder;
          if (last != null) {
            last.end();
          }
          freeAwake();
        });
    return now[0];
  }

  /** Looks at what it works on, when it is this call's turn. */
  final <T> T look(Function<E, T> look) {
    return turns.take(() -> look.apply(wake()));
  }

  /**
   * Carries a command out when it is this call's turn, and keeps it; or answers as before, if the
   * latest request with a key was the same one.
   *
   * @param command what {@link #repeat} understands
   * @param work what it does; if that fails, it has done nothing
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  final Object carryOut(byte[] command, @Nullable RequestKey key, Function<E, Object> work) {
    return turns.take(
        () -> {
          E worksOn = wake();
          if (answered != null && key != null) {
            Object earlier = answered.to(key, command);
            if (earlier != null) {
              return earlier;
            }
          }
          Object answer = work.apply(worksOn);
          Reached next = reached.after(answer);
          Progress after = next.progress();
          if (keeping != null) {
            keep(
                new KeptCommand(
                    key, after.startsAnEpisode(), after.status(), Answers.trace(answer), command),
                keeping);
          }
          // it is kept, so it did happen: whatever fails from here on, the same request again is
          // answered and not carried out
          reached = next;
          if (key != null) {
            answered = new Answered(key, command, answer);
          }
          record(command, answer);
          if (keeping != null) {
            shorten(worksOn, keeping);
          }
          return answer;
        });
  }

  /**
   * Puts another state in the place of this one, when it is this call's turn.
   *
   * @param work what it does; if that fails, it has done nothing
   * @param to how far that state has come
   * @throws DurabilityException if it can't be kept; then it did not happen
   */
  final void replace(Consumer<E> work, Progress to) {
    turns.take(
        () -> {
          E worksOn = wake();
          work.accept(worksOn);
          Reached before = reached;
          Answered answeredBefore = answered;
          reached = Reached.only(to);
          answered = null;
          if (recorder != null) {
            recorder.lose();
            recordFrom(null);
          }
          try {
            if (keeping != null) {
              keeping.trail().document(document(worksOn));
            }
          } catch (DurabilityException e) {
            reached = before;
            answered = answeredBefore;
            fallAsleep();
            throw e;
          }
          return to;
        });
  }

  private void keep(KeptCommand command, Keeping kept) {
    try {
      kept.trail().command(command.bytes());
    } catch (DurabilityException e) {
      // it has gone on, but nobody may know: it is brought back to what was kept
      fallAsleep();
      throw e;
    }
  }

  /** Sees to it that waking up never takes long. */
  private void shorten(E worksOn, Keeping kept) {
    if (kept.trail().commandsSinceDocument() < mostCommandsToRepeat()) {
      return;
    }
    try {
      kept.trail().document(document(worksOn));
    } catch (DurabilityException e) {
      // what was done is kept as it is; the next call tries again
      return;
    }
  }

  private E wake() {
    E worksOn = awake;
    if (worksOn == null) {
      if (keeping == null) {
        throw new IllegalStateException("session " + id + " has nothing to wake from");
      }
      Checkpoint from = checkpointAsleep(keeping);
      worksOn = makeAgain();
      awake = worksOn;
      boolean woken = false;
      try {
        goThrough(from, worksOn);
        woken = true;
      } finally {
        if (!woken) {
          freeAwake();
        }
      }
      asleep = null;
    }
    return worksOn;
  }

  private E makeAgain() {
    try {
      return make();
    } catch (InvalidValueException e) {
      // what was allowed once is refused by a model of another kind
      throw OtherModelException.refused(fingerprint(), e);
    }
  }

  /** Brings what was just made to where it stood. */
  private void goThrough(Checkpoint from, E made) {
    SessionDocument document = SessionDocument.of(from.document());
    restore(made, document.state());
    recorder = resumedRecorder(document.recording());
    Answered before = document.answered();
    Answered[] latest = {
      before == null ? null : new Answered(before.key(), before.command(), answer(before.answer()))
    };
    Reached[] again = {Reached.only(document.progress())};
    from.commands()
        .forEach(bytes -> again[0] = again[0].after(repeat(KeptCommand.of(bytes), made, latest)));
    reached = again[0];
    answered = latest[0];
  }

  private Object repeat(KeptCommand kept, E made, Answered[] latest) {
    Object answer = repeat(made, kept.command());
    if (Progress.NONE.after(answer).status() != kept.after()
        || Answers.trace(answer) != kept.trace()) {
      throw OtherModelException.elsewhere(fingerprint());
    }
    record(kept.command(), answer);
    if (kept.key() != null) {
      latest[0] = new Answered(kept.key(), kept.command(), answer);
    }
    return answer;
  }

  private Checkpoint checkpointAsleep(Keeping kept) {
    if (asleep == null) {
      asleep = kept.log().read(kept.trail());
    }
    return asleep;
  }

  private void fallAsleep() {
    freeAwake();
    asleep = null;
  }

  private void record(byte[] command, Object answer) {
    if (recorder != null) {
      recorder.took(taken(command, answer));
    }
  }

  private @Nullable EpisodeRecorder newRecorder(long commands) {
    recordFrom(null);
    return episodes == null
        ? null
        : new EpisodeRecorder(episodes, recordedEnvironment(), lanes(), commands);
  }

  /** One that goes on where the document says. */
  private @Nullable EpisodeRecorder resumedRecorder(@Nullable Object plain) {
    if (plain == null) {
      return newRecorder(0);
    }
    PlainFields fields = PlainFields.of(plain);
    EpisodeRecorder resumed = newRecorder(fields.longInteger("commands"));
    if (resumed != null) {
      recordFrom(fields.get("before"));
      List<Taken> calls = new ArrayList<>();
      for (Object call : (List<?>) fields.present("running")) {
        List<?> parts = (List<?>) call;
        calls.add(taken((byte[]) parts.get(0), answer(Objects.requireNonNull(parts.get(1)))));
      }
      int[] starts = new int[lanes()];
      ByteBuffer.wrap((byte[]) fields.present("starts")).asIntBuffer().get(starts);
      resumed.goOn(calls, starts);
    }
    return resumed;
  }

  private @Nullable Object plainRecording() {
    EpisodeRecorder now = recorder;
    if (now == null) {
      return null;
    }
    List<Taken> running = now.running();
    ByteBuffer starts = ByteBuffer.allocate(lanes() * Integer.BYTES);
    if (running.stream().mapToLong(Taken::bytes).sum() > MOST_BYTES_OF_RUNNING) {
      running = List.of();
      starts.asIntBuffer().put(now.noStarts());
    } else {
      starts.asIntBuffer().put(now.starts());
    }
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    plain.put("commands", now.commands());
    plain.put("before", recordingBefore(running.isEmpty() ? null : running.get(0)));
    plain.put("starts", starts.array());
    plain.put(
        "running",
        running.stream().map(one -> List.of(one.commandBytes(), plain(one.answer()))).toList());
    return plain;
  }

  private RecordedEnvironment recordedEnvironment() {
    return new RecordedEnvironment(id, plainDescription());
  }

  private void freeAwake() {
    if (recorder != null) {
      recorder.close();
      recorder = null;
    }
    if (awake != null) {
      free(awake);
      awake = null;
    }
  }

  private byte[] document(E worksOn) {
    Answered latest = answered;
    return new SessionDocument(
            origin,
            plainDescription(),
            reached.progress(),
            save(worksOn),
            latest == null
                ? null
                : new Answered(latest.key(), latest.command(), plain(latest.answer())),
            plainRecording())
        .bytes();
  }
}
