package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/**
 * Measurements in an SQLite file. Each is added in a transaction of its own that has reached the
 * disk when {@link #add} returns, so a killed process loses at most what it was evaluating.
 *
 * <p>Several stores, in one process or in several of one machine, may use one file: who means to
 * measure a cell claims it first, and a claim ends with the process that made it. Within a store a
 * claim belongs to one thread. Safe for use by several threads.
 */
public final class MeasurementStore implements AutoCloseable {
  /** What became of a wish to measure a cell. */
  enum Claim {
    /** The cell is the caller's to measure. */
    GRANTED,
    /** Another thread is measuring it, or another store of a process that still runs. */
    TAKEN,
    /** It was measured already. */
    MEASURED
  }

  private static final int SCHEMA_VERSION = 3;
  // "SpGm": tells our files from other SQLite files
  private static final int APPLICATION_ID = 0x5370476d;
  private static final int BUSY_TIMEOUT_MILLISECONDS = 60_000;
  private static final long BUSY_PAUSE_MILLISECONDS = 10;

  // Claims of other processes can't tell that they ended, so they are looked at again and again,
  private static final long FIRST_LOOK_MILLISECONDS = 10;
  private static final long LONGEST_LOOK_MILLISECONDS = 250;
  // but not for ever: beyond this, measuring twice is better than hanging on a process that hangs.
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final String[] SCHEMA = {
    """
    CREATE TABLE setting (
      id INTEGER PRIMARY KEY,
      model TEXT NOT NULL, model_hash TEXT NOT NULL, layers INTEGER NOT NULL,
      corpus TEXT NOT NULL, corpus_hash TEXT NOT NULL,
      window_tokens INTEGER NOT NULL, stride INTEGER NOT NULL, max_tokens INTEGER NOT NULL,
      batch_tokens INTEGER NOT NULL, "precision" TEXT NOT NULL,
      UNIQUE (model, model_hash, layers, corpus, corpus_hash, window_tokens, stride, max_tokens,
        batch_tokens, "precision"))""",
    """
    CREATE TABLE channel (
      id INTEGER PRIMARY KEY,
      description TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL)""",
    """
    CREATE TABLE channel_parameter (
      channel INTEGER NOT NULL REFERENCES channel,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (channel, name))""",
    // channel, sigma, m and level are null where they don't apply
    """
    CREATE TABLE measurement (
      setting INTEGER NOT NULL REFERENCES setting,
      channel INTEGER REFERENCES channel,
      sigma REAL, m REAL, level REAL,
      split INTEGER NOT NULL,
      noise_seed INTEGER NOT NULL,
      mean_nll REAL NOT NULL,
      tokens INTEGER NOT NULL,
      seconds REAL NOT NULL,
      window_nll BLOB NOT NULL,
      window_tokens BLOB NOT NULL,
      bits_per_token REAL)""",
    """
    CREATE UNIQUE INDEX measurement_key ON measurement (
      setting, ifnull(channel, -1), split, ifnull(level, -1), ifnull(sigma, -1), ifnull(m, -1),
      noise_seed)""",
    """
    CREATE TABLE claim (
      setting INTEGER NOT NULL REFERENCES setting,
      channel INTEGER NOT NULL,
      split INTEGER NOT NULL,
      level REAL NOT NULL, sigma REAL NOT NULL, m REAL NOT NULL,
      noise_seed INTEGER NOT NULL,
      process INTEGER NOT NULL,
      process_start INTEGER NOT NULL,
      store TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (setting, channel, split, level, sigma, m, noise_seed))""",
  };

  private static final String FROM_VERSION_1 =
      "ALTER TABLE claim ADD COLUMN store TEXT NOT NULL DEFAULT ''";

  // null: without a channel, or measured before bits were counted
  private static final String FROM_VERSION_2 =
      "ALTER TABLE measurement ADD COLUMN bits_per_token REAL";

  // the expressions of the unique index, so that it is used
  private static final String IS_DRAW =
      """
      WHERE setting = ? AND ifnull(channel, -1) = ? AND split = ? AND ifnull(level, -1) = ?
      AND ifnull(sigma, -1) = ? AND ifnull(m, -1) = ?""";

  private static final String IS_CELL = IS_DRAW + " AND noise_seed = ?";

  private final LongAdder evaluations = new LongAdder();
  private final LongAdder hits = new LongAdder();
  private final Path file;
  private final Connection connection;
  private final Duration patience;

  /** Tells its claims from those of other stores of this process. */
  private final String name = UUID.randomUUID().toString();

  /** The cells that threads of this store are measuring; each completes when its claim ends. */
  private final Map<MeasurementKey, CompletableFuture<Void>> claimed = new HashMap<>();

  private final Map<EvaluationSetting, Long> settingIds = new HashMap<>();
  private final Map<Channel, Long> channelIds = new HashMap<>();

  private MeasurementStore(Path file, Connection connection, Duration patience) {
    this.file = file;
    this.connection = connection;
    this.patience = patience;
  }

  /**
   * Opens the file, making it and its folders where they are missing.
   *
   * @throws MeasurementStoreException if the file is something else, or of another version
   */
  public static MeasurementStore open(Path file) {
    return open(file, PATIENCE);
  }

  /**
   * @param patience how long {@link #findOrMeasure} waits for another store's claim
   */
  static MeasurementStore open(Path file, Duration patience) {
    try {
      @Nullable Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't make the folder of " + file, e);
    }
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MILLISECONDS);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.enforceForeignKeys(true);
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try {
        MeasurementStore store = new MeasurementStore(file, connection, patience);
        store.prepare();
        return store;
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new MeasurementStoreException("can't open the measurements in " + file, e);
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      begin(statement);
      try {
        int version = integer(statement, "PRAGMA user_version");
        int application = integer(statement, "PRAGMA application_id");
        int tables = integer(statement, "SELECT count(*) FROM sqlite_master");
        if (tables == 0 && version == 0) {
          for (String definition : SCHEMA) {
            statement.execute(definition);
          }
          statement.execute("PRAGMA application_id = " + APPLICATION_ID);
          statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
        } else if (application != APPLICATION_ID) {
          throw new MeasurementStoreException(
              file + " is an SQLite file, but not one of measurements", null);
        } else if (version == 1 || version == 2) {
          if (version == 1) {
            statement.execute(FROM_VERSION_1);
          }
          statement.execute(FROM_VERSION_2);
          statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
        } else if (version != SCHEMA_VERSION) {
          throw new MeasurementStoreException(
              file + " has schema version " + version + ", must be " + SCHEMA_VERSION, null);
        }
        statement.execute("COMMIT");
      } catch (SQLException | MeasurementStoreException e) {
        statement.execute("ROLLBACK");
        throw e;
      }
      writeAhead(statement);
    }
  }

  /**
   * A write-ahead log lets others read while one writes; outside of a transaction only. SQLite's
   * own timeout doesn't count here: while another has the file open without that log, as one that
   * just made it has, it refuses at once.
   */
  private static void writeAhead(Statement statement) throws SQLException {
    long start = System.nanoTime();
    while (true) {
      try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
        mode.next();
        return;
      } catch (SQLException e) {
        long waited = Duration.ofNanos(System.nanoTime() - start).toMillis();
        if (primary(e.getErrorCode()) != SQLiteErrorCode.SQLITE_BUSY.code
            || waited > BUSY_TIMEOUT_MILLISECONDS) {
          throw e;
        }
        pause(BUSY_PAUSE_MILLISECONDS);
      }
    }
  }

  /** A result code without what SQLite says more by its upper bits, as in SQLITE_BUSY_RECOVERY. */
  private static int primary(int code) {
    return code & 0xff;
  }

  /** The measurement of that key, if there is one. */
  public synchronized Optional<Measurement> find(MeasurementKey key) {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT window_nll, window_tokens, bits_per_token, seconds FROM measurement "
                + IS_CELL)) {
      bindCell(query, key);
      try (ResultSet row = query.executeQuery()) {
        return row.next()
            ? Optional.of(new Measurement(key, losses(row), row.getDouble("seconds")))
            : Optional.empty();
      }
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /** The measurements under that key but for its noise seed, in the order of theirs. */
  synchronized List<Measurement> draws(MeasurementKey key) {
    List<Measurement> found = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT window_nll, window_tokens, bits_per_token, seconds, noise_seed FROM"
                + " measurement "
                + IS_DRAW
                + " ORDER BY noise_seed")) {
      cell(key).bindDraw(query);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          found.add(
              new Measurement(
                  new MeasurementKey(
                      key.setting(), key.transmission(), key.split(), row.getLong("noise_seed")),
                  losses(row),
                  row.getDouble("seconds")));
        }
      }
      return found;
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /**
   * The measurement of that key: the one that is kept, or one that the evaluator takes now. However
   * many threads, stores and processes ask for it at once, one of them evaluates and the others
   * wait for it; where that one fails, is cancelled or dies, the next takes its place. No one waits
   * for another store longer than some minutes.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, which
   *     it still is then; nothing was kept
   */
  public Measurement findOrMeasure(SplitEvaluator evaluator, MeasurementKey key) {
    long start = System.nanoTime();
    long pause = FIRST_LOOK_MILLISECONDS;
    while (true) {
      Optional<Measurement> found = find(key);
      if (found.isPresent()) {
        hits.increment();
        return found.get();
      }
      boolean impatient = System.nanoTime() - start > patience.toNanos();
      switch (claim(key, impatient)) {
        case MEASURED -> {
          // between the two questions
        }
        case GRANTED -> {
          return measureClaimed(evaluator, key);
        }
        case TAKEN -> {
          CompletableFuture<Void> nearby = nearby(key);
          if (nearby != null) {
            // its end is certain: whoever measures here gives the claim back, come what may
            await(nearby);
          } else {
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_LOOK_MILLISECONDS);
          }
        }
      }
    }
  }

  /** How many cells were measured through this store since it was opened. */
  public long evaluations() {
    return evaluations.sum();
  }

  /** How many cells {@link #findOrMeasure} was asked for that had been measured. */
  public long hits() {
    return hits.sum();
  }

  /**
   * Measures a cell that this thread was granted and keeps it. The claim ends with it, whether this
   * goes well or not.
   */
  Measurement measureClaimed(SplitEvaluator evaluator, MeasurementKey key) {
    try {
      Measurement taken = Measurement.take(evaluator, key);
      evaluations.increment();
      return kept(taken);
    } catch (RuntimeException | Error e) {
      try {
        giveBack(key);
      } catch (MeasurementStoreException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Adds it, and answers with what is in the store then: an earlier one, if there is one. */
  private Measurement kept(Measurement taken) {
    return add(taken) ? taken : find(taken.key()).orElse(taken);
  }

  private synchronized @Nullable CompletableFuture<Void> nearby(MeasurementKey key) {
    return claimed.get(key);
  }

  private static void await(CompletableFuture<Void> end) {
    try {
      end.get();
    } catch (InterruptedException e) {
      throw cancelled();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a claim's end is never exceptional", e);
    }
  }

  private static void pause(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw cancelled();
    }
  }

  private static CancellationException cancelled() {
    Thread.currentThread().interrupt();
    return new CancellationException("interrupted while waiting for a measurement");
  }

  /**
   * Adds a measurement, which ends the claim to it. When this returns it is on the disk.
   *
   * @return false if that key was measured already: then the first measurement stays
   */
  public synchronized boolean add(Measurement measurement) {
    MeasurementKey key = measurement.key();
    Cell cell = cell(key);
    boolean added =
        inTransaction(
            () -> {
              int rows;
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      """
                      INSERT OR IGNORE INTO measurement (setting, channel, split, level, sigma, m,
                        noise_seed, mean_nll, tokens, seconds, window_nll, window_tokens,
                        bits_per_token)
                      VALUES (?, nullif(?, -1), ?, nullif(?, -1), nullif(?, -1), nullif(?, -1),
                        ?, ?, ?, ?, ?, ?, nullif(?, -1))""")) {
                cell.bind(insert);
                insert.setDouble(8, measurement.logPerplexity());
                insert.setInt(9, measurement.losses().scoredTokens());
                insert.setDouble(10, measurement.seconds());
                insert.setBytes(11, doubles(measurement.losses().sums()));
                insert.setBytes(12, integers(measurement.losses().tokens()));
                insert.setDouble(13, measurement.losses().bitsPerToken().orElse(-1));
                rows = insert.executeUpdate();
              }
              // measured is measured: nobody's claim stands any more
              try (PreparedStatement delete =
                  connection.prepareStatement("DELETE FROM claim " + IS_CELL)) {
                cell.bind(delete);
                delete.executeUpdate();
              }
              return rows == 1;
            });
    ended(key);
    return added;
  }

  /** All measurements of a setting, the clean one and those of every channel, in no fixed order. */
  public synchronized List<Measurement> all(EvaluationSetting setting) {
    Map<Long, Channel> channels = new HashMap<>();
    List<Measurement> found = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT * FROM measurement WHERE setting = ?")) {
      query.setLong(1, id(setting));
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          Transmission transmission = transmission(row, channels);
          MeasurementKey key =
              new MeasurementKey(
                  setting, transmission, row.getInt("split"), row.getLong("noise_seed"));
          found.add(new Measurement(key, losses(row), row.getDouble("seconds")));
        }
      }
      return found;
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /** The settings under which anything was measured, the oldest first. */
  public synchronized List<EvaluationSetting> settings() {
    List<EvaluationSetting> found = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT * FROM setting WHERE id IN (SELECT setting FROM measurement) ORDER BY"
                    + " id")) {
      while (row.next()) {
        found.add(
            new EvaluationSetting(
                row.getString("model"),
                row.getString("model_hash"),
                row.getInt("layers"),
                row.getString("corpus"),
                row.getString("corpus_hash"),
                row.getInt("window_tokens"),
                row.getInt("stride"),
                row.getInt("max_tokens"),
                row.getInt("batch_tokens"),
                row.getString("precision")));
      }
      return found;
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /** The channels that were swept over levels under a setting, in the order of descriptions. */
  public synchronized List<Channel> sweptChannels(EvaluationSetting setting) {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT id FROM channel WHERE id IN
              (SELECT channel FROM measurement WHERE setting = ? AND level IS NOT NULL)
            ORDER BY description""")) {
      query.setLong(1, id(setting));
      List<Long> ids = new ArrayList<>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          ids.add(row.getLong(1));
        }
      }
      List<Channel> found = new ArrayList<>();
      for (long id : ids) {
        found.add(channel(id));
      }
      return found;
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  /**
   * Asks for a cell. Whoever is granted it calls {@link #measureClaimed} or {@link #giveBack} next.
   */
  Claim claim(MeasurementKey key) {
    return claim(key, false);
  }

  private synchronized Claim claim(MeasurementKey key, boolean fromOtherStores) {
    if (claimed.containsKey(key)) {
      return Claim.TAKEN;
    }
    Cell cell = cell(key);
    ProcessHandle self = ProcessHandle.current();
    Claim claim =
        inTransaction(
            () -> {
              try (PreparedStatement query =
                  connection.prepareStatement("SELECT 1 FROM measurement " + IS_CELL)) {
                cell.bind(query);
                try (ResultSet row = query.executeQuery()) {
                  if (row.next()) {
                    return Claim.MEASURED;
                  }
                }
              }
              try (PreparedStatement query =
                  connection.prepareStatement(
                      "SELECT process, process_start, store FROM claim " + IS_CELL)) {
                cell.bind(query);
                try (ResultSet row = query.executeQuery()) {
                  if (row.next()
                      && !fromOtherStores
                      && !row.getString(3).equals(name)
                      && runs(row.getLong(1), row.getLong(2))) {
                    return Claim.TAKEN;
                  }
                }
              }
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      """
                  INSERT OR REPLACE INTO claim (setting, channel, split, level, sigma, m,
                    noise_seed, process, process_start, store)
                  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
                cell.bind(insert);
                insert.setLong(8, self.pid());
                insert.setLong(9, start(self));
                insert.setString(10, name);
                insert.executeUpdate();
              }
              return Claim.GRANTED;
            });
    if (claim == Claim.GRANTED) {
      claimed.put(key, new CompletableFuture<>());
    }
    return claim;
  }

  /** Gives a claimed cell back, unmeasured. */
  synchronized void giveBack(MeasurementKey key) {
    try {
      Cell cell = cell(key);
      inTransaction(
          () -> {
            try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM claim " + IS_CELL + " AND store = ?")) {
              cell.bind(delete);
              delete.setString(8, name);
              return delete.executeUpdate();
            }
          });
    } finally {
      ended(key);
    }
  }

  /** Lets those go on who wait for the end of a claim, if there was one. */
  private void ended(MeasurementKey key) {
    @Nullable CompletableFuture<Void> end = claimed.remove(key);
    if (end != null) {
      end.complete(null);
    }
  }

  /** Gives back what is still claimed; whoever measures it then can't keep it any more. */
  @Override
  public synchronized void close() {
    try {
      if (connection.isClosed()) {
        return;
      }
      List.copyOf(claimed.keySet()).forEach(this::giveBack);
      connection.close();
    } catch (SQLException e) {
      throw failed("close", e);
    }
  }

  private static boolean runs(long process, long start) {
    // the start tells a process from a later one that got its number
    return ProcessHandle.of(process).filter(handle -> start(handle) == start).isPresent();
  }

  private static long start(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** A key as the columns hold it, -1 for what doesn't apply. */
  private record Cell(
      long setting, long channel, int split, double level, double sigma, double m, long seed) {
    void bind(PreparedStatement statement) throws SQLException {
      bindDraw(statement);
      statement.setLong(7, seed);
    }

    /** All but the noise seed. */
    void bindDraw(PreparedStatement statement) throws SQLException {
      statement.setLong(1, setting);
      statement.setLong(2, channel);
      statement.setInt(3, split);
      statement.setDouble(4, level);
      statement.setDouble(5, sigma);
      statement.setDouble(6, m);
    }
  }

  private void bindCell(PreparedStatement statement, MeasurementKey key) throws SQLException {
    cell(key).bind(statement);
  }

  private Cell cell(MeasurementKey key) {
    Transmission transmission = key.transmission();
    try {
      long channel = -1;
      double level = -1;
      double sigma = -1;
      double m = -1;
      if (transmission instanceof Transmission.AtLevel atLevel) {
        channel = id(atLevel.channel());
        level = atLevel.level();
      } else if (transmission instanceof Transmission.AtState atState) {
        channel = id(atState.channel());
        sigma = atState.state().sigma();
        m = atState.state().m();
      }
      return new Cell(id(key.setting()), channel, key.split(), level, sigma, m, key.noiseSeed());
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  private long id(EvaluationSetting setting) throws SQLException {
    @Nullable Long known = settingIds.get(setting);
    if (known != null) {
      return known;
    }
    String columns =
        "model, model_hash, layers, corpus, corpus_hash, window_tokens, stride, max_tokens,"
            + " batch_tokens, \"precision\"";
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR IGNORE INTO setting ("
                + columns
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      bind(insert, setting);
      insert.executeUpdate();
    }
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT id FROM setting WHERE (" + columns + ") = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      bind(query, setting);
      long id = firstLong(query);
      settingIds.put(setting, id);
      return id;
    }
  }

  private static void bind(PreparedStatement statement, EvaluationSetting setting)
      throws SQLException {
    statement.setString(1, setting.model());
    statement.setString(2, setting.modelHash());
    statement.setInt(3, setting.layers());
    statement.setString(4, setting.corpus());
    statement.setString(5, setting.corpusHash());
    statement.setInt(6, setting.window());
    statement.setInt(7, setting.stride());
    statement.setInt(8, setting.maxTokens());
    statement.setInt(9, setting.batchTokens());
    statement.setString(10, setting.precision());
  }

  private long id(Channel channel) throws SQLException {
    @Nullable Long known = channelIds.get(channel);
    if (known != null) {
      return known;
    }
    long id =
        inTransaction(
            () -> {
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "INSERT OR IGNORE INTO channel (description, name) VALUES (?, ?)")) {
                insert.setString(1, channel.description());
                insert.setString(2, channel.name());
                insert.executeUpdate();
              }
              long found;
              try (PreparedStatement query =
                  connection.prepareStatement("SELECT id FROM channel WHERE description = ?")) {
                query.setString(1, channel.description());
                found = firstLong(query);
              }
              try (PreparedStatement insert =
                  connection.prepareStatement(
                      "INSERT OR IGNORE INTO channel_parameter VALUES (?, ?, ?)")) {
                for (Map.Entry<String, String> parameter : channel.parameters().entrySet()) {
                  insert.setLong(1, found);
                  insert.setString(2, parameter.getKey());
                  insert.setString(3, parameter.getValue());
                  insert.executeUpdate();
                }
              }
              return found;
            });
    channelIds.put(channel, id);
    return id;
  }

  private Channel channel(long id) throws SQLException {
    String name;
    try (PreparedStatement query =
        connection.prepareStatement("SELECT name FROM channel WHERE id = ?")) {
      query.setLong(1, id);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        name = row.getString(1);
      }
    }
    Map<String, String> parameters = new HashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT name, value FROM channel_parameter WHERE channel = ?")) {
      query.setLong(1, id);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          parameters.put(row.getString(1), row.getString(2));
        }
      }
    }
    return Channel.of(name, parameters);
  }

  private Transmission transmission(ResultSet row, Map<Long, Channel> channels)
      throws SQLException {
    long id = row.getLong("channel");
    if (row.wasNull()) {
      return new Transmission.Clean();
    }
    @Nullable Channel channel = channels.get(id);
    if (channel == null) {
      channel = channel(id);
      channels.put(id, channel);
    }
    double level = row.getDouble("level");
    return row.wasNull()
        ? new Transmission.AtState(
            channel, new ChannelState(row.getDouble("sigma"), row.getDouble("m")))
        : new Transmission.AtLevel(channel, level);
  }

  private static WindowLosses losses(ResultSet row) throws SQLException {
    ByteBuffer sums = ByteBuffer.wrap(row.getBytes("window_nll")).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer tokens =
        ByteBuffer.wrap(row.getBytes("window_tokens")).order(ByteOrder.LITTLE_ENDIAN);
    List<Double> sumOfEach = new ArrayList<>();
    while (sums.hasRemaining()) {
      sumOfEach.add(sums.getDouble());
    }
    List<Integer> tokensOfEach = new ArrayList<>();
    while (tokens.hasRemaining()) {
      tokensOfEach.add(tokens.getInt());
    }
    double bits = row.getDouble("bits_per_token");
    return new WindowLosses(
        sumOfEach, tokensOfEach, row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(bits));
  }

  private static byte[] doubles(List<Double> values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.size() * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(bytes::putDouble);
    return bytes.array();
  }

  private static byte[] integers(List<Integer> values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.size() * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(bytes::putInt);
    return bytes.array();
  }

  private static long firstLong(PreparedStatement query) throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static int integer(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void begin(Statement statement) throws SQLException {
    // immediate: a transaction that turned from reader to writer could not wait for its turn
    statement.execute("BEGIN IMMEDIATE");
  }

  private interface Work<T> {
    T run() throws SQLException;
  }

  private <T> T inTransaction(Work<T> work) {
    try (Statement statement = connection.createStatement()) {
      begin(statement);
      try {
        T result = work.run();
        statement.execute("COMMIT");
        return result;
      } catch (SQLException | RuntimeException e) {
        statement.execute("ROLLBACK");
        throw e;
      }
    } catch (SQLException e) {
      throw failed("write", e);
    }
  }

  private MeasurementStoreException failed(String doing, SQLException cause) {
    return new MeasurementStoreException("can't " + doing + " the measurements in " + file, cause);
  }
}
