package io.splitgym.durability;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;

/** Checkpoints in an SQLite file, one for each trail. Not safe for use by several threads. */
final class CheckpointFile implements AutoCloseable {
  private static final int SCHEMA_VERSION = 1;
  // "SpGs": tells our files from other SQLite files
  private static final int APPLICATION_ID = 0x53704773;
  private static final int BUSY_TIMEOUT_MILLISECONDS = 10_000;

  private final Path file;
  private final Connection connection;

  private CheckpointFile(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /** Opens the file, making it where it is missing. */
  static CheckpointFile open(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_TIMEOUT_MILLISECONDS);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // a killed process loses nothing with it, and a loss of power leaves the file whole
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    try {
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try {
        CheckpointFile opened = new CheckpointFile(file, connection);
        opened.prepare();
        return opened;
      } catch (SQLException | DurabilityException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed(file, "opened", e);
    }
  }

  /** Each checkpoint that there is, the oldest trail first. */
  void read(Consumer<Checkpoint> checkpoints) {
    try (Statement query = connection.createStatement();
        ResultSet row =
            query.executeQuery("SELECT id, number, document, commands FROM trail ORDER BY rowid")) {
      while (row.next()) {
        ByteBuffer id = ByteBuffer.wrap(row.getBytes(1));
        checkpoints.accept(
            new Checkpoint(
                new UUID(id.getLong(), id.getLong()),
                row.getLong(2),
                row.getBytes(3),
                Commands.of(row.getBytes(4))));
      }
    } catch (SQLException e) {
      throw failed(file, "read", e);
    }
  }

  /** Puts these in the place of earlier ones and drops those, all or nothing. */
  void write(Collection<Checkpoint> checkpoints, Collection<UUID> removed) {
    try {
      connection.setAutoCommit(false);
      try (PreparedStatement put =
              connection.prepareStatement(
                  """
                  INSERT INTO trail (id, number, document, commands) VALUES (?, ?, ?, ?)
                  ON CONFLICT (id) DO UPDATE SET number = excluded.number,
                    document = excluded.document, commands = excluded.commands""");
          PreparedStatement drop = connection.prepareStatement("DELETE FROM trail WHERE id = ?")) {
        for (Checkpoint checkpoint : checkpoints) {
          put.setBytes(1, bytes(checkpoint.trail()));
          put.setLong(2, checkpoint.number());
          put.setBytes(3, checkpoint.document());
          put.setBytes(4, checkpoint.commands().bytes());
          put.addBatch();
        }
        for (UUID trail : removed) {
          drop.setBytes(1, bytes(trail));
          drop.addBatch();
        }
        put.executeBatch();
        drop.executeBatch();
        connection.commit();
      } catch (SQLException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw failed(file, "written", e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(file, "closed", e);
    }
  }

  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int version = integer(statement, "PRAGMA user_version");
      if (version == 0 && integer(statement, "SELECT count(*) FROM sqlite_master") == 0) {
        statement.execute("BEGIN IMMEDIATE");
        statement.execute(
            """
            CREATE TABLE trail (
              id BLOB NOT NULL UNIQUE, number INTEGER NOT NULL,
              document BLOB NOT NULL, commands BLOB NOT NULL)""");
        statement.execute("PRAGMA application_id = " + APPLICATION_ID);
        statement.execute("PRAGMA user_version = " + SCHEMA_VERSION);
        statement.execute("COMMIT");
      } else if (integer(statement, "PRAGMA application_id") != APPLICATION_ID
          || version != SCHEMA_VERSION) {
        throw new DurabilityException(
            file + " is not a file of checkpoints of version " + SCHEMA_VERSION, null);
      }
    }
  }

  private static int integer(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      return row.getInt(1);
    }
  }

  private static byte[] bytes(UUID id) {
    return ByteBuffer.allocate(2 * Long.BYTES)
        .putLong(id.getMostSignificantBits())
        .putLong(id.getLeastSignificantBits())
        .array();
  }

  private static DurabilityException failed(Path file, String what, SQLException e) {
    return new DurabilityException(file + " can't be " + what + ": " + e.getMessage(), e);
  }
}
