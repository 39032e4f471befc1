package io.splitgym.session;

import io.splitgym.durability.Checkpoint;
import io.splitgym.durability.DurableLog;
import io.splitgym.durability.Trail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that keeps the journal short: when it has grown, the sessions that it is about are
 * checkpointed one after the other, while all of them go on.
 */
final class Checkpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

  private static final long PAUSE_MILLISECONDS = 100;
  private static final long PAUSE_AFTER_FAILURE_MILLISECONDS = 5_000;
  private static final int MOST_IN_A_TRANSACTION = 500;

  private final DurableLog log;
  private final Function<UUID, @Nullable Kept> sessions;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;

  /** What is kept of one session. */
  interface Kept {
    /** Where it stands, for the checkpoint; empty if it is being worked on. */
    Optional<Checkpoint> checkpoint();
  }

  /**
   * @param sessions those that are kept, by trail
   */
  Checkpoints(DurableLog log, Function<UUID, @Nullable Kept> sessions) {
    this.log = log;
    this.sessions = sessions;
    this.thread = new Thread(this::run, "checkpoints");
    thread.setDaemon(true);
    thread.start();
  }

  /** Lets the checkpoint that is being made be, and waits for the thread. */
  @Override
  public void close() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    long pause = PAUSE_MILLISECONDS;
    try {
      while (!stop.await(pause, TimeUnit.MILLISECONDS)) {
        pause = PAUSE_MILLISECONDS;
        if (log.due() && !shortened()) {
          pause = PAUSE_AFTER_FAILURE_MILLISECONDS;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean shortened() throws InterruptedException {
    List<Trail> trails = List.of();
    try {
      trails = log.beginJournal();
      if (checkpoint(trails)) {
        log.dropJournals();
      } else {
        log.postpone(trails);
      }
      return true;
    } catch (RuntimeException e) {
      // whatever it was, the journal still holds all, and the thread has to go on
      LOG.error("the journal can't be shortened", e);
      log.postpone(trails);
      return false;
    }
  }

  /** Whether each was done; not if this is to stop. */
  private boolean checkpoint(List<Trail> trails) throws InterruptedException {
    List<Trail> left = trails;
    while (true) {
      left = pass(left);
      if (left.isEmpty()) {
        return true;
      }
      // the others are being worked on, for as long as an LLM takes
      if (stop.await(PAUSE_MILLISECONDS, TimeUnit.MILLISECONDS)) {
        return false;
      }
    }
  }

  private List<Trail> pass(List<Trail> trails) {
    List<Trail> left = new ArrayList<>();
    List<Checkpoint> standing = new ArrayList<>();
    List<UUID> ended = new ArrayList<>();
    for (Trail trail : trails) {
      if (trail.ended()) {
        ended.add(trail.id());
      } else {
        @Nullable Kept session = sessions.apply(trail.id());
        Optional<Checkpoint> checkpoint = session == null ? Optional.empty() : session.checkpoint();
        checkpoint.ifPresentOrElse(standing::add, () -> left.add(trail));
      }
      if (standing.size() + ended.size() >= MOST_IN_A_TRANSACTION) {
        log.checkpoint(standing, ended);
        standing.clear();
        ended.clear();
      }
    }
    log.checkpoint(standing, ended);
    return left;
  }
}
