package io.splitgym.recording;

import io.splitgym.durability.PlainValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * Finished episodes in an SQLite file, which several processes may use at once. An episode that was
 * added outlives the process, even if that is killed. Safe for use by several threads.
 */
public final class EpisodeStore implements AutoCloseable {
  private static final int SCHEMA_VERSION = 1;
  // "SpGe": tells our files from other SQLite files
  private static final int APPLICATION_ID = 0x53704765;
  private static final int BUSY_TIMEOUT_MILLISECONDS = 10_000;

  private static final String[] SCHEMA = {
    """
    CREATE TABLE environment (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description BLOB NOT NULL,
      command INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0)""",
    // AUTOINCREMENT: the id of a deleted episode is never another one's
    """
    CREATE TABLE episode (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      environment INTEGER NOT NULL REFERENCES environment,
      command INTEGER NOT NULL, lane INTEGER NOT NULL,
      steps INTEGER NOT NULL, total_reward REAL NOT NULL,
      terminated INTEGER NOT NULL, truncated INTEGER NOT NULL,
      recorded INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL,
      UNIQUE (environment, command, lane))""",
    "CREATE TABLE total (episodes INTEGER NOT NULL, bytes INTEGER NOT NULL, missed INTEGER NOT NULL)",
    "INSERT INTO total VALUES (0, 0, 0)"
  };

  private static final String COLUMNS =
      """
      SELECT episode.id, environment.name, environment.description, lane, steps, total_reward,
        terminated, truncated, recorded, bytes""";

  private static final String FROM =
      " FROM episode JOIN environment ON environment.id = episode.environment";

  private final Path file;
  private final Connection connection;
  private final RecordingLimits limits;
  private final AtomicLong held = new AtomicLong();
  private boolean closed;

  private EpisodeStore(Path file, Connection connection, RecordingLimits limits) {
    this.file = file;
    this.connection = connection;
    this.limits = limits;
  }

  /**
   * How much there is.
   *
   * @param missed episodes that ended and aren't there because a limit was reached
   */
  public record Totals(long episodes, long bytes, long missed) {}

  /**
   * Some episodes.
   *
   * @param next the id of the last one, if others follow it
   */
  public record Page(List<StoredEpisode> episodes, OptionalLong next) {}

  /** An episode with all that is known of it. */
  public record Whole(StoredEpisode stored, Episode episode) {}

  /**
   * Opens the file, making it where it is missing.
   *
   * @throws RecordingException if it can't be, or is something else
   */
  public static EpisodeStore open(Path file, RecordingLimits limits) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MILLISECONDS);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // a killed process loses nothing with it, and a loss of power leaves the file whole
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try {
        EpisodeStore store = new EpisodeStore(file, connection, limits);
        store.prepare();
        return store;
      } catch (SQLException | RecordingException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  public RecordingLimits limits() {
    return limits;
  }

  /**
   * Adds what one call on an environment ended, all or nothing. A call that was added before, as by
   * a process that was killed, adds nothing, whether its episodes are still there or not. What
   * would be more than the limits allow is counted as missed.
   *
   * @param command the number of the call, from 1; a later one has a greater one
   * @param last whether no more is added of this call
   */
  public synchronized void add(
      RecordedEnvironment environment, long command, List<Episode> episodes, boolean last) {
    transaction(
        () -> {
          long id = idOf(environment);
          if (command <= commandOf(id)) {
            return;
          }
          Totals before = readTotals();
          long count = before.episodes;
          long bytes = before.bytes;
          long missed = 0;
          try (PreparedStatement insert =
              connection.prepareStatement(
                  """
                  INSERT OR IGNORE INTO episode (environment, command, lane, steps, total_reward,
                    terminated, truncated, recorded, bytes, body)
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            long now = Instant.now().toEpochMilli();
            for (Episode episode : episodes) {
              byte[] body = EpisodeCodec.bytes(episode);
              if (count >= limits.episodes() || bytes + body.length > limits.bytes()) {
                missed++;
                continue;
              }
              insert.setLong(1, id);
              insert.setLong(2, command);
              insert.setInt(3, episode.index());
              insert.setInt(4, episode.rewards().length);
              insert.setDouble(5, episode.totalReward());
              insert.setBoolean(6, episode.terminated());
              insert.setBoolean(7, episode.truncated());
              insert.setLong(8, now);
              insert.setLong(9, body.length);
              insert.setBytes(10, body);
              if (insert.executeUpdate() > 0) {
                count++;
                bytes += body.length;
              }
            }
          }
          change("UPDATE total SET episodes = ?, bytes = ?", count, bytes);
          if (missed > 0) {
            change("UPDATE total SET missed = missed + ?", missed);
          }
          if (last) {
            change("UPDATE environment SET command = ? WHERE id = ?", command, id);
          }
        });
  }

  /** Whether another episode would be missed for sure. */
  public synchronized boolean full() {
    Totals now = totals();
    return now.episodes >= limits.episodes() || now.bytes >= limits.bytes();
  }

  /** Counts episodes that ended and couldn't be added. */
  public synchronized void miss(long episodes) {
    transaction(() -> change("UPDATE total SET missed = missed + ?", episodes));
  }

  /** The environment plays no more; what was recorded of it stays. */
  public synchronized void end(RecordedEnvironment environment) {
    transaction(
        () -> {
          change("UPDATE environment SET ended = 1 WHERE name = ?", environment.id());
          forgetEnded();
        });
  }

  /** How much there is. */
  public synchronized Totals totals() {
    try {
      return readTotals();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  /**
   * Some episodes, the oldest first.
   *
   * @param after the id of the last one that was told before, or -1
   * @param most at most so many
   * @param environment whose; null for all
   */
  public synchronized Page page(long after, int most, @Nullable String environment) {
    String query =
        COLUMNS
            + FROM
            + " WHERE episode.id > ?"
            + (environment == null ? "" : " AND environment.name = ?")
            + " ORDER BY episode.id LIMIT ?";
    try (PreparedStatement select = connection.prepareStatement(query)) {
      int place = 1;
      select.setLong(place++, after);
      if (environment != null) {
        select.setString(place++, environment);
      }
      select.setLong(place, most + 1L);
      List<StoredEpisode> found = new ArrayList<>();
      Map<String, RecordedEnvironment> known = new LinkedHashMap<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(stored(row, known));
        }
      }
      if (found.size() <= most) {
        return new Page(found, OptionalLong.empty());
      }
      List<StoredEpisode> first = List.copyOf(found.subList(0, most));
      return new Page(first, OptionalLong.of(first.get(most - 1).id()));
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  /** The episode of that id, if it is there. */
  public synchronized Optional<Whole> get(long id) {
    String query = COLUMNS + ", body" + FROM + " WHERE episode.id = ?";
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        StoredEpisode stored = stored(row, new LinkedHashMap<>());
        return Optional.of(new Whole(stored, EpisodeCodec.read(row.getBytes("body"))));
      }
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  /** Deletes the episode of that id; false if it isn't there. */
  public synchronized boolean delete(long id) {
    return delete(" WHERE id = ?", id) > 0;
  }

  /**
   * Deletes many.
   *
   * @param environment whose; null for all
   * @return how many there were
   */
  public synchronized long deleteAll(@Nullable String environment) {
    return environment == null
        ? delete("")
        : delete(" WHERE environment = (SELECT id FROM environment WHERE name = ?)", environment);
  }

  /** Takes memory for an episode that runs; false if there is none left. */
  public boolean hold(long bytes) {
    if (held.addAndGet(bytes) <= limits.memoryBytes()) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  /** Gives it back. */
  public void release(long bytes) {
    held.addAndGet(-bytes);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private long delete(String where, Object... values) {
    long[] gone = new long[1];
    transaction(
        () -> {
          long bytes;
          try (PreparedStatement sum =
              connection.prepareStatement("SELECT ifnull(sum(bytes), 0) FROM episode" + where)) {
            for (int i = 0; i < values.length; i++) {
              sum.setObject(i + 1, values[i]);
            }
            try (ResultSet row = sum.executeQuery()) {
              bytes = row.getLong(1);
            }
          }
          gone[0] = change("DELETE FROM episode" + where, values);
          change("UPDATE total SET episodes = episodes - ?, bytes = bytes - ?", gone[0], bytes);
          forgetEnded();
        });
    return gone[0];
  }

  private void forgetEnded() throws SQLException {
    change(
        "DELETE FROM environment WHERE ended = 1"
            + " AND NOT EXISTS (SELECT 1 FROM episode WHERE episode.environment = environment.id)");
  }

  private long idOf(RecordedEnvironment environment) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR IGNORE INTO environment (name, description) VALUES (?, ?)")) {
      insert.setString(1, environment.id());
      insert.setBytes(2, PlainValues.write(environment.description()));
      insert.executeUpdate();
    }
    try (PreparedStatement select =
        connection.prepareStatement("SELECT id FROM environment WHERE name = ?")) {
      select.setString(1, environment.id());
      try (ResultSet row = select.executeQuery()) {
        return row.getLong(1);
      }
    }
  }

  private long commandOf(long id) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT command FROM environment WHERE id = ?")) {
      select.setLong(1, id);
      try (ResultSet row = select.executeQuery()) {
        return row.getLong(1);
      }
    }
  }

  private Totals readTotals() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT episodes, bytes, missed FROM total")) {
      return new Totals(row.getLong(1), row.getLong(2), row.getLong(3));
    }
  }

  private static StoredEpisode stored(ResultSet row, Map<String, RecordedEnvironment> known)
      throws SQLException {
    String name = row.getString("name");
    RecordedEnvironment environment = known.get(name);
    if (environment == null) {
      Map<String, Object> description = new LinkedHashMap<>();
      ((Map<?, ?>) Objects.requireNonNull(PlainValues.read(row.getBytes("description"))))
          .forEach((key, value) -> description.put(String.valueOf(key), value));
      environment = new RecordedEnvironment(name, description);
      known.put(name, environment);
    }
    return new StoredEpisode(
        row.getLong("id"),
        environment,
        row.getInt("lane"),
        row.getInt("steps"),
        row.getDouble("total_reward"),
        row.getBoolean("terminated"),
        row.getBoolean("truncated"),
        Instant.ofEpochMilli(row.getLong("recorded")),
        row.getLong("bytes"));
  }

  private int change(String statement, Object... values) throws SQLException {
    try (PreparedStatement prepared = connection.prepareStatement(statement)) {
      for (int i = 0; i < values.length; i++) {
        prepared.setObject(i + 1, values[i]);
      }
      return prepared.executeUpdate();
    }
  }

  private void transaction(Work work) {
    try {
      connection.setAutoCommit(false);
      try {
        work.run();
        connection.commit();
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(file, e);
    }
  }

  private void prepare() throws SQLException {
    transaction(
        () -> {
          try (Statement statement = connection.createStatement()) {
            int version = integer(statement, "PRAGMA user_version");
            if (version == 0 && integer(statement, "SELECT count(*) FROM sqlite_master") == 0) {
              for (String table : SCHEMA) {
                statement.execute(table);
              }
              statement.execute("PRAGMA application_id = " + APPLICATION_ID);
              statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
            } else if (integer(statement, "PRAGMA application_id") != APPLICATION_ID
                || version != SCHEMA_VERSION) {
              throw new SQLException("not a file of episodes of version " + SCHEMA_VERSION);
            }
          }
        });
  }

  private static int integer(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.getInt(1);
    }
  }

  private static RecordingException failed(Path file, SQLException e) {
    return new RecordingException(file + " can't be written or read: " + e.getMessage(), e);
  }

  /** What a transaction does. */
  private interface Work {
    void run() throws SQLException;
  }
}
