package io.splitgym.durability;

import java.util.UUID;

/**
 * What happens to one session, kept: a document, the commands since, the end. Each call returns
 * once a killed process couldn't lose it. A caller sees to it that calls on one trail come one
 * after the other; different trails may be used at once.
 */
public final class Trail {
  private final DurableLog log;
  private final UUID id;
  private long number;
  private long journal;
  private int commandsSinceDocument;
  private volatile boolean ended;

  Trail(DurableLog log, UUID id, long number) {
    this.log = log;
    this.id = id;
    this.number = number;
  }

  public UUID id() {
    return id;
  }

  /**
   * All is now as this says, whatever was before.
   *
   * @throws DurabilityException if it can't be kept
   */
  public void document(byte[] document) {
    log.append(this, JournalRecord.Kind.DOCUMENT, document);
    commandsSinceDocument = 0;
  }

  /**
   * This was done.
   *
   * @throws DurabilityException if it can't be kept
   */
  public void command(byte[] command) {
    log.append(this, JournalRecord.Kind.COMMAND, command);
    commandsSinceDocument++;
  }

  /**
   * There is nothing more to keep.
   *
   * @throws DurabilityException if that can't be kept
   */
  public void end() {
    log.append(this, JournalRecord.Kind.REMOVAL, new byte[0]);
    ended = true;
  }

  /** How many commands someone would have to carry out again. */
  public int commandsSinceDocument() {
    return commandsSinceDocument;
  }

  /** Where it stands, for {@link DurableLog#checkpoint}. */
  public Checkpoint checkpoint(byte[] document) {
    return new Checkpoint(id, number, document, Commands.none());
  }

  /** Whether {@link #end} was called. */
  public boolean ended() {
    return ended;
  }

  /** Told by the log of one that an earlier process ended. */
  void markEnded() {
    ended = true;
  }

  long number() {
    return number;
  }

  long journal() {
    return journal;
  }

  /** Told by the log, which holds its own lock. */
  void appended(long toJournal) {
    number++;
    journal = toJournal;
  }
}
