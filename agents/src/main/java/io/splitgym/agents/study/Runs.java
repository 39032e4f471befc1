package io.splitgym.agents.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.splitgym.cli.WholeFile;
import io.splitgym.validation.InvalidValueException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * The runs of a study: a file {@code runs/LINE/seed-K.csv} for each line and seed, which appears
 * when the run is over. What is there already isn't run again, so a killed study goes on with what
 * it lacks, and one with more seeds keeps those it has. {@code runs/LINE/settings.json} says what
 * the runs depend on; a folder of other settings is refused.
 */
final class Runs {
  static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final StudyOptions options;
  private final Map<String, Object> more;

  /** One run: trains on the thread that calls. */
  @FunctionalInterface
  interface Work {
    /**
     * @param steps is told how many steps of training are done
     */
    Table run(Line line, long seed, LongConsumer steps);
  }

  /**
   * @param folder of the study
   * @param more what runs depend on beside the line and the options, by name
   */
  Runs(Path folder, StudyOptions options, Map<String, Object> more) {
    this.folder = folder;
    this.options = options;
    this.more = more;
  }

  /**
   * Does what isn't done yet.
   *
   * @return every line's runs, in the order of the seeds
   * @throws InvalidValueException if the folder holds runs of other settings
   */
  Map<Line, List<Table>> complete(List<Line> lines, Work work, Progress progress)
      throws IOException {
    // all are checked before the first of them is begun
    for (Line line : lines) {
      requireSameSettings(line);
    }
    for (Line line : lines) {
      WholeFile.write(settingsFile(line), JSON.writeValueAsString(settings(line)) + "\n");
    }
    AtomicLong done = new AtomicLong();
    long total = options.steps() * options.seeds() * lines.size();
    List<Runnable> missing = new ArrayList<>();
    // seed by seed, so that what is there when a study is killed holds as many of each line
    for (long seed : options.allSeeds()) {
      for (Line line : lines) {
        if (Files.isRegularFile(file(line, seed))) {
          done.addAndGet(options.steps());
        } else {
          missing.add(() -> run(line, seed, work, done, total, progress));
        }
      }
    }
    progress.update(done.get(), total);
    runAll(missing);
    Map<Line, List<Table>> tables = new LinkedHashMap<>();
    for (Line line : lines) {
      List<Table> runs = new ArrayList<>();
      for (long seed : options.allSeeds()) {
        runs.add(read(file(line, seed)));
      }
      tables.put(line, List.copyOf(runs));
    }
    return tables;
  }

  /**
   * A line's runs that are there, in the order of the seeds; nothing is run.
   *
   * @throws InvalidValueException if they are of other settings
   */
  List<Table> present(Line line) throws IOException {
    requireSameSettings(line);
    List<Table> runs = new ArrayList<>();
    for (long seed : options.allSeeds()) {
      if (Files.isRegularFile(file(line, seed))) {
        runs.add(read(file(line, seed)));
      }
    }
    return List.copyOf(runs);
  }

  private void run(
      Line line, long seed, Work work, AtomicLong done, long total, Progress progress) {
    AtomicLong before = new AtomicLong();
    LongConsumer count =
        steps -> {
          // several environments may take a few steps more than were asked for
          long now = Math.min(steps, options.steps());
          progress.update(done.addAndGet(now - before.getAndSet(now)), total);
        };
    Table table = work.run(line, seed, count);
    try {
      WholeFile.write(file(line, seed), table.csv());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    count.accept(options.steps());
  }

  private void runAll(List<Runnable> missing) {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            options.threads(),
            work -> {
              Thread thread = new Thread(work, "study");
              thread.setDaemon(true);
              return thread;
            });
    try {
      CompletionService<Void> ends = new ExecutorCompletionService<>(pool);
      missing.forEach(run -> ends.submit(run, null));
      for (int i = 0; i < missing.size(); i++) {
        ends.take().get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("a run failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while training");
    } finally {
      pool.shutdownNow();
    }
  }

  private Map<String, Object> settings(Line line) {
    Map<String, Object> settings = new LinkedHashMap<>(line.settings());
    settings.putAll(options.settings());
    settings.putAll(more);
    return settings;
  }

  private void requireSameSettings(Line line) throws IOException {
    Path file = settingsFile(line);
    if (!Files.isRegularFile(file)) {
      return;
    }
    JsonNode there = JSON.readTree(file.toFile());
    // as written and read, so that 1 and 1.0 compare as the file has them
    JsonNode asked = JSON.readTree(JSON.writeValueAsString(settings(line)));
    for (Iterator<String> names = asked.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!asked.path(name).equals(there.path(name))) {
        throw new InvalidValueException(
            "--out",
            folder,
            "a folder without runs of another "
                + name
                + ": those of "
                + line.folder()
                + " have "
                + there.path(name)
                + ", asked is "
                + asked.path(name));
      }
    }
  }

  private static Table read(Path file) throws IOException {
    try {
      return Table.read(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " isn't a run's table; delete it to run it again", e);
    }
  }

  private Path settingsFile(Line line) {
    return folder.resolve("runs").resolve(line.folder()).resolve("settings.json");
  }

  private Path file(Line line, long seed) {
    return folder.resolve("runs").resolve(line.folder()).resolve("seed-" + seed + ".csv");
  }
}
