package io.splitgym.durability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trails in a folder, which belongs to this process while it is open. What happens on any of
 * them goes to one journal; when that has grown, another is begun, the trails that the old one is
 * about are checkpointed to SQLite, and the old one is deleted. Whenever the process is killed,
 * checkpoints and journals together hold all that was appended. Safe for use by several threads.
 */
public final class DurableLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DurableLog.class);

  private static final String CHECKPOINTS = "checkpoints.sqlite";
  private static final String PREFIX = "journal-";

  private final Path folder;
  private final long mostBytes;
  private final FolderLock lock;
  private final JournalFile.Source files;
  private final Object writing = new Object();
  private final Object checkpointing = new Object();

  private long current;
  private Journal journal;
  private Map<UUID, Trail> touched = new LinkedHashMap<>();
  private boolean leftovers;
  private @Nullable CheckpointFile checkpoints;
  private @Nullable List<Recovered> recovered;

  private DurableLog(Path folder, long mostBytes, FolderLock lock, JournalFile.Source files)
      throws IOException {
    this.files = files;
    this.folder = folder;
    this.mostBytes = mostBytes;
    this.lock = lock;
    TreeMap<Long, Path> old = journals();
    this.current = old.isEmpty() ? 1 : old.lastKey() + 1;
    Replay replay = replay(null);
    this.journal = Journal.create(file(current), files);
    this.recovered = new ArrayList<>();
    for (Found found : replay.found.values()) {
      Trail trail = new Trail(this, found.id, found.number);
      recovered.add(new Recovered(trail, found.checkpoint()));
      if (found.inJournal) {
        touched.put(found.id, trail);
      }
    }
    for (UUID removed : replay.removed) {
      Trail gone = new Trail(this, removed, 0);
      gone.markEnded();
      touched.put(removed, gone);
    }
    this.leftovers = !old.isEmpty();
  }

  /**
   * Opens a folder, making it where it is missing, and reads what is in it.
   *
   * @param mostBytes when a journal has grown beyond so many bytes, {@link #due} says so
   * @throws FolderTakenException if another server that runs has it
   * @throws DurabilityException if what is in it can't be read
   */
  public static DurableLog open(Path folder, long mostBytes) throws IOException {
    return open(folder, mostBytes, JournalFile::create);
  }

  /** The same, over files of the caller's making. */
  public static DurableLog open(Path folder, long mostBytes, JournalFile.Source files)
      throws IOException {
    Files.createDirectories(folder);
    FolderLock lock = FolderLock.take(folder);
    try {
      return new DurableLog(folder, mostBytes, lock, files);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** What an earlier process left, the oldest first; once. */
  public synchronized List<Recovered> takeRecovered() {
    List<Recovered> all = recovered == null ? List.of() : recovered;
    recovered = null;
    return all;
  }

  /** A trail that begins; its first document makes it last. */
  public Trail begin(UUID id) {
    return new Trail(this, id, 0);
  }

  /**
   * Reads again where a trail of this process ended, for one who lost count.
   *
   * @throws DurabilityException if it can't be read
   */
  public Checkpoint read(Trail trail) {
    synchronized (checkpointing) {
      synchronized (writing) {
        try {
          Found found = replay(trail.id()).found.get(trail.id());
          if (found == null || found.number != trail.number()) {
            throw new DurabilityException("what was kept in " + folder + " is not all there", null);
          }
          return found.checkpoint();
        } catch (IOException e) {
          throw new DurabilityException(folder + " can't be read: " + e.getMessage(), e);
        }
      }
    }
  }

  /** Whether it is time for {@link #beginJournal}. */
  public boolean due() {
    synchronized (writing) {
      return leftovers || journal.size() > mostBytes;
    }
  }

  /**
   * Begins another journal. All that is appended from now on goes there.
   *
   * @return the trails that earlier journals are about; once each of them was given to {@link
   *     #checkpoint} or has ended, {@link #dropJournals} may be called
   */
  public List<Trail> beginJournal() {
    synchronized (writing) {
      try {
        Journal next = Journal.create(file(current + 1), files);
        try (Journal last = journal) {
          journal = next;
          current++;
        }
        leftovers = false;
        List<Trail> trails = List.copyOf(touched.values());
        touched = new LinkedHashMap<>();
        return trails;
      } catch (IOException e) {
        throw new DurabilityException(folder + " can't be written: " + e.getMessage(), e);
      }
    }
  }

  /** Gives trails back that {@link #beginJournal} told of and that weren't all checkpointed. */
  public void postpone(Collection<Trail> trails) {
    synchronized (writing) {
      trails.forEach(trail -> touched.putIfAbsent(trail.id(), trail));
      leftovers = true;
    }
  }

  /**
   * Keeps where these trails stand, in one transaction.
   *
   * @param ended trails of which nothing need be kept
   */
  public void checkpoint(Collection<Checkpoint> standing, Collection<UUID> ended) {
    synchronized (checkpointing) {
      if (checkpoints == null) {
        if (standing.isEmpty() && !Files.exists(folder.resolve(CHECKPOINTS))) {
          return;
        }
        checkpoints = CheckpointFile.open(folder.resolve(CHECKPOINTS));
      }
      checkpoints.write(standing, ended);
    }
  }

  /** Deletes the journals before the one that is being written. */
  public void dropJournals() {
    synchronized (checkpointing) {
      long kept;
      synchronized (writing) {
        kept = current;
      }
      try {
        for (Path old : journals().headMap(kept).values()) {
          Files.delete(old);
        }
      } catch (IOException e) {
        throw new DurabilityException(folder + " can't be tidied: " + e.getMessage(), e);
      }
    }
  }

  /** Ends the use of the folder; all that was kept stays there. */
  @Override
  public void close() {
    close(false);
  }

  /** As {@link #close}; and the folder is removed, since there is nothing to go on with. */
  public void closeAndRemove() {
    close(true);
  }

  private void close(boolean remove) {
    synchronized (checkpointing) {
      synchronized (writing) {
        try (lock) {
          journal.close();
          if (checkpoints != null) {
            checkpoints.close();
          }
          if (remove) {
            lock.removeFolder();
          }
        } catch (IOException e) {
          throw new UncheckedIOException(
              folder + " can't be " + (remove ? "removed" : "closed"), e);
        }
      }
    }
  }

  void append(Trail trail, JournalRecord.Kind kind, byte[] body) {
    synchronized (writing) {
      journal.append(kind, trail.id(), trail.number() + 1, body);
      if (trail.journal() != current) {
        touched.put(trail.id(), trail);
      }
      trail.appended(current);
    }
  }

  private Path file(long number) {
    return folder.resolve(PREFIX + String.format("%012d", number));
  }

  private TreeMap<Long, Path> journals() throws IOException {
    TreeMap<Long, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : files) {
        found.put(Long.parseLong(file.getFileName().toString().substring(PREFIX.length())), file);
      }
    }
    return found;
  }

  /** What the folder holds, of one trail or of all. */
  private Replay replay(@Nullable UUID only) throws IOException {
    Replay replay = new Replay(only);
    if (Files.exists(folder.resolve(CHECKPOINTS))) {
      // another connection of ours may be open: SQLite lets both read
      try (CheckpointFile file = CheckpointFile.open(folder.resolve(CHECKPOINTS))) {
        file.read(replay::start);
      }
    }
    for (Path file : journals().values()) {
      long left = Journal.read(file, replay::follow);
      if (left > 0 && only == null) {
        LOG.info("{} ends with {} bytes of what was never answered", file, left);
      }
    }
    replay.dropDamaged();
    return replay;
  }

  /** Puts checkpoints and journals together. */
  private static final class Replay {
    private final @Nullable UUID only;
    private final Map<UUID, Found> found = new LinkedHashMap<>();
    private final Collection<UUID> removed = new ArrayList<>();
    private final Map<UUID, Long> orphans = new HashMap<>();

    Replay(@Nullable UUID only) {
      this.only = only;
    }

    void start(Checkpoint checkpoint) {
      if (only == null || only.equals(checkpoint.trail())) {
        found.put(checkpoint.trail(), new Found(checkpoint));
      }
    }

    void follow(JournalRecord record) {
      UUID id = record.trail();
      if (only != null && !only.equals(id)) {
        return;
      }
      @Nullable Found known = found.get(id);
      switch (record.kind()) {
        case REMOVAL -> {
          found.remove(id);
          orphans.remove(id);
          removed.add(id);
        }
        case DOCUMENT -> {
          orphans.remove(id);
          if (known == null) {
            found.put(id, new Found(record));
          } else {
            known.document(record);
          }
        }
        case COMMAND -> {
          if (known == null) {
            // of a trail whose end follows, if all is well
            orphans.put(id, record.number());
          } else {
            known.command(record);
          }
        }
      }
    }

    void dropDamaged() {
      orphans
          .keySet()
          .forEach(id -> LOG.error("the beginning of session {} is not there: it is lost", id));
      found
          .values()
          .removeIf(
              one -> {
                if (one.gap) {
                  LOG.error("a part of session {} is not there: it is lost", one.id);
                  removed.add(one.id);
                }
                return one.gap;
              });
    }
  }

  /** One trail, as far as it was read. */
  private static final class Found {
    private final UUID id;
    private final Commands commands;
    private long number;
    private byte[] document;
    private boolean inJournal;
    private boolean gap;

    Found(Checkpoint checkpoint) {
      this.id = checkpoint.trail();
      this.number = checkpoint.number();
      this.document = checkpoint.document();
      this.commands = checkpoint.commands();
    }

    Found(JournalRecord first) {
      this.id = first.trail();
      this.number = first.number();
      this.document = first.body();
      this.commands = Commands.none();
      this.inJournal = true;
    }

    void document(JournalRecord record) {
      inJournal = true;
      if (record.number() > number) {
        number = record.number();
        document = record.body();
        commands.clear();
        gap = false;
      }
    }

    void command(JournalRecord record) {
      inJournal = true;
      if (record.number() == number + 1) {
        number++;
        commands.add(record.body());
      } else if (record.number() > number) {
        gap = true;
      }
    }

    Checkpoint checkpoint() {
      return new Checkpoint(id, number, document, commands);
    }
  }
}
