package io.splitgym.agents.study;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.splitgym.cli.ResultJson;
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
 * The runs of a study: a file {@code runs/TASK/seed-K.csv} for each task, such as a line, and seed,
 * which appears when the run is over. What is there already isn't run again, so a killed study goes
 * on with what it lacks, and one with more seeds keeps those it has. {@code
 * runs/TASK/settings.json} says what the runs depend on; a folder of other settings is refused.
 */
final class Runs {
  static final ObjectMapper JSON = ResultJson.mapper();

  /** By name, so that the same settings are the same bytes whichever map has them. */
  private static final ObjectWriter SORTED =
      JSON.writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

  private final Path folder;
  private final List<Long> seeds;
  private final long steps;
  private final int threads;
  private final Map<String, Object> settings;

  /** One run: trains on the thread that calls. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * @param steps is told how many steps of training are done
     */
    Table run(T task, long seed, LongConsumer steps);
  }

  /**
   * @param folder of the study
   * @param more what runs depend on beside the task and the options, by name
   */
  Runs(Path folder, StudyOptions options, Map<String, Object> more) {
    this(
        folder,
        options.allSeeds(),
        options.steps(),
        options.threads(),
        together(options.settings(), more));
  }

  /**
   * @param folder of the study
   * @param seeds of the runs
   * @param steps that a run tells its progress by
   * @param threads how many runs at a time
   * @param settings what runs depend on beside the task, by name
   */
  Runs(Path folder, List<Long> seeds, long steps, int threads, Map<String, Object> settings) {
    this.folder = folder;
    this.seeds = seeds;
    this.steps = steps;
    this.threads = threads;
    this.settings = settings;
  }

  private static Map<String, Object> together(
      Map<String, Object> first, Map<String, Object> second) {
    Map<String, Object> all = new LinkedHashMap<>(first);
    all.putAll(second);
    return all;
  }

  /**
   * Does what isn't done yet.
   *
   * @return every task's runs, in the order of the seeds
   * @throws InvalidValueException if the folder holds runs of other settings
   */
  <T extends Task> Map<T, List<Table>> complete(List<T> tasks, Work<T> work, Progress progress)
      throws IOException {
    // all are checked before the first of them is begun
    requireSameSettings(tasks);
    for (T task : tasks) {
      WholeFile.write(settingsFile(task), SORTED.writeValueAsString(settings(task)) + "\n");
    }
    AtomicLong done = new AtomicLong();
    long total = steps * seeds.size() * tasks.size();
    List<Runnable> missing = new ArrayList<>();
    // seed by seed, so that what is there when a study is killed holds as many of each task
    for (long seed : seeds) {
      for (T task : tasks) {
        if (Files.isRegularFile(file(task, seed))) {
          done.addAndGet(steps);
        } else {
          missing.add(() -> run(task, seed, work, done, total, progress));
        }
      }
    }
    progress.update(done.get(), total);
    runAll(missing);
    Map<T, List<Table>> tables = new LinkedHashMap<>();
    for (T task : tasks) {
      List<Table> runs = new ArrayList<>();
      for (long seed : seeds) {
        runs.add(read(file(task, seed)));
      }
      tables.put(task, List.copyOf(runs));
    }
    return tables;
  }

  /**
   * A task's runs that are there, in the order of the seeds; nothing is run.
   *
   * @throws InvalidValueException if they are of other settings
   */
  List<Table> present(Task task) throws IOException {
    requireSameSettings(task);
    List<Table> runs = new ArrayList<>();
    for (long seed : seeds) {
      if (Files.isRegularFile(file(task, seed))) {
        runs.add(read(file(task, seed)));
      }
    }
    return List.copyOf(runs);
  }

  private <T extends Task> void run(
      T task, long seed, Work<T> work, AtomicLong done, long total, Progress progress) {
    AtomicLong before = new AtomicLong();
    LongConsumer count =
        told -> {
          // several environments may take a few steps more than were asked for
          long now = Math.min(told, steps);
          progress.update(done.addAndGet(now - before.getAndSet(now)), total);
        };
    Table table = work.run(task, seed, count);
    try {
      WholeFile.write(file(task, seed), table.csv());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    count.accept(steps);
  }

  private void runAll(List<Runnable> missing) {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads,
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

  private Map<String, Object> settings(Task task) {
    return together(task.settings(), settings);
  }

  /**
   * Looks whether the folder may have these tasks' runs.
   *
   * @throws InvalidValueException if it holds runs of other settings
   */
  void requireSameSettings(List<? extends Task> tasks) throws IOException {
    for (Task task : tasks) {
      requireSameSettings(task);
    }
  }

  private void requireSameSettings(Task task) throws IOException {
    Path file = settingsFile(task);
    if (!Files.isRegularFile(file)) {
      return;
    }
    JsonNode there = JSON.readTree(file.toFile());
    // as written and read, so that 1 and 1.0 compare as the file has them
    JsonNode asked = JSON.readTree(JSON.writeValueAsString(settings(task)));
    for (Iterator<String> names = asked.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!asked.path(name).equals(there.path(name))) {
        throw new InvalidValueException(
            "--out",
            folder,
            "a folder without runs of another "
                + name
                + ": those of "
                + task.folder()
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

  private Path settingsFile(Task task) {
    return folderOf(task).resolve("settings.json");
  }

  private Path file(Task task, long seed) {
    return folderOf(task).resolve("seed-" + seed + ".csv");
  }

  private Path folderOf(Task task) {
    return folder.resolve("runs").resolve(task.folder());
  }
}
