package io.splitgym.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.splitgym.recording.Episode;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.RecordingLimits;
import io.splitgym.recording.StoredEpisode;
import io.splitgym.space.Box;
import io.splitgym.space.Space;
import io.splitgym.validation.InvalidValueException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Recorded episodes, read from the data folder; a server may be running on it. */
@Command(
    name = "episodes",
    mixinStandardHelpOptions = true,
    description = "Lists, exports and deletes the episodes that servers have recorded.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      EpisodesCommand.ListCommand.class,
      EpisodesCommand.ExportCommand.class,
      EpisodesCommand.DeleteCommand.class
    })
final class EpisodesCommand {
  private static final int PAGE = 500;

  /** Which data folder and whose episodes. */
  static final class Chosen {
    @Mixin private final DataOption data = new DataOption();

    @Option(
        names = "--environment",
        paramLabel = "ID",
        description = "Only those of this environment or vector (default: all).")
    private @Nullable String environment;

    private boolean isThere() {
      return Files.exists(data.episodes());
    }

    private EpisodeStore open() throws IOException {
      return EpisodeStore.open(data.episodes(), RecordingLimits.DEFAULT);
    }

    private void forEach(EpisodeStore store, Consumer<StoredEpisode> consumer) {
      OptionalLong after = OptionalLong.of(-1);
      while (after.isPresent()) {
        EpisodeStore.Page page = store.page(after.getAsLong(), PAGE, environment);
        page.episodes().forEach(consumer);
        after = page.next();
      }
    }
  }

  private static Map<String, Object> document(StoredEpisode stored) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("id", stored.id());
    document.put("environment", stored.environment().id());
    document.put("index", stored.index());
    document.put("spec", stored.environment().spec());
    document.put("backend", stored.environment().backend());
    document.put("preset", stored.environment().preset());
    document.put("steps", stored.steps());
    document.put("totalReward", stored.totalReward());
    document.put("terminated", stored.terminated());
    document.put("truncated", stored.truncated());
    document.put("recorded", stored.recorded().toString());
    document.put("bytes", stored.bytes());
    return document;
  }

  private static String line(StoredEpisode stored) {
    return String.format(
        Locale.ROOT,
        "%8d  %-36s %6d  %-10s %6d %12.4f  %s",
        stored.id(),
        stored.environment().id(),
        stored.index(),
        stored.environment().backend(),
        stored.steps(),
        stored.totalReward(),
        stored.terminated() ? "terminated" : "truncated");
  }

  /** One line for each. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists them, the oldest first.")
  static final class ListCommand implements Callable<Integer> {
    @Mixin private final Chosen chosen = new Chosen();
    @Mixin private final OutputOption output = new OutputOption();

    @Override
    public Integer call() throws IOException {
      List<Map<String, Object>> documents = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      EpisodeStore.Totals totals = new EpisodeStore.Totals(0, 0, 0);
      if (chosen.isThere()) {
        try (EpisodeStore store = chosen.open()) {
          totals = store.totals();
          chosen.forEach(
              store,
              one -> {
                documents.add(document(one));
                lines.add(line(one));
              });
        }
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("episodes", documents);
      document.put("bytes", totals.bytes());
      document.put("missed", totals.missed());
      lines.add(
          totals.episodes()
              + " episodes in all, "
              + totals.bytes()
              + " bytes"
              + (totals.missed() > 0 ? "; " + totals.missed() + " more were missed" : ""));
      output.print(document, String.join(System.lineSeparator(), lines));
      return 0;
    }
  }

  /** A row for each step. */
  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = {
        "Writes them to a CSV file, a row for each reset and step.",
        "",
        "For a Minari data set: pip install './examples/python[minari]', then python -m"
            + " splitgym.minari --help."
      })
  static final class ExportCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin private final Chosen chosen = new Chosen();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(
        names = "--csv",
        paramLabel = "FILE",
        required = true,
        description = "Where to; replaced when all is written.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
      if (!chosen.isThere()) {
        throw new CommandFailedException("no episodes are recorded in " + chosen.data.folder());
      }
      long[] episodes = new long[1];
      long[] steps = new long[1];
      Path partial = file.resolveSibling("." + file.getFileName() + ".part");
      try (EpisodeStore store = chosen.open()) {
        Set<String> columns = columns(store);
        try (BufferedWriter out = Files.newBufferedWriter(partial, StandardCharsets.UTF_8)) {
          write(out, new ArrayList<>(columns));
          chosen.forEach(
              store,
              stored -> {
                store.get(stored.id()).ifPresent(whole -> rows(out, columns, whole));
                episodes[0]++;
                steps[0] += stored.steps();
              });
        }
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("file", file.toString());
      document.put("episodes", episodes[0]);
      document.put("steps", steps[0]);
      output.print(document, episodes[0] + " episodes, " + steps[0] + " steps to " + file);
      return 0;
    }

    /** Those of all episodes, so that each row has them all. */
    private Set<String> columns(EpisodeStore store) {
      Set<String> observation = new LinkedHashSet<>();
      Set<String> action = new LinkedHashSet<>();
      Set<String> info = new LinkedHashSet<>();
      chosen.forEach(
          store,
          stored -> {
            observation.addAll(names("observation", stored.environment().observationSpace()));
            action.addAll(names("action", stored.environment().actionSpace()));
            store
                .get(stored.id())
                .ifPresent(
                    whole ->
                        whole.episode().infos().keySet().forEach(name -> info.add("info." + name)));
          });
      Set<String> columns =
          new LinkedHashSet<>(
              List.of(
                  "episode", "environment", "index", "spec", "backend", "preset", "seed", "step"));
      columns.addAll(observation);
      columns.addAll(action);
      columns.addAll(List.of("reward", "terminated", "truncated"));
      columns.addAll(info);
      return columns;
    }

    private static List<String> names(String kind, Space space) {
      return space instanceof Box box
          ? box.names().stream().map(name -> kind + "." + name).toList()
          : List.of(kind);
    }

    private static void rows(Writer out, Set<String> columns, EpisodeStore.Whole whole) {
      StoredEpisode stored = whole.stored();
      Episode episode = whole.episode();
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put("episode", stored.id());
      row.put("environment", stored.environment().id());
      row.put("index", stored.index());
      row.put("spec", stored.environment().spec());
      row.put("backend", stored.environment().backend());
      row.put("preset", stored.environment().preset());
      row.put("seed", episode.seed());
      int steps = episode.rewards().length;
      for (int i = 0; i <= steps; i++) {
        row.put("step", i);
        put(
            row,
            names("observation", stored.environment().observationSpace()),
            episode.observations().get(i));
        if (i > 0) {
          put(
              row,
              names("action", stored.environment().actionSpace()),
              episode.actions().get(i - 1));
          row.put("reward", episode.rewards()[i - 1]);
          row.put("terminated", i == steps && episode.terminated());
          row.put("truncated", i == steps && episode.truncated());
        }
        int place = i;
        episode.infos().forEach((name, values) -> row.put("info." + name, values.get(place)));
        write(out, columns.stream().map(row::get).toList());
      }
    }

    private static void write(Writer out, List<? extends @Nullable Object> cells) {
      StringBuilder row = new StringBuilder();
      for (Object cell : cells) {
        row.append(row.length() == 0 ? "" : ",").append(text(cell));
      }
      try {
        out.write(row.append('\n').toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** As RFC 4180 has it; lists as JSON. */
    private static String text(@Nullable Object cell) {
      if (cell == null) {
        return "";
      }
      String text = String.valueOf(cell);
      if (cell instanceof List<?>) {
        try {
          text = JSON.writeValueAsString(cell);
        } catch (JsonProcessingException e) {
          throw new IllegalStateException("an info has no JSON form: " + cell, e);
        }
      }
      return text.matches("[^\",\r\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static void put(Map<String, @Nullable Object> row, List<String> names, Object element) {
      for (int i = 0; i < names.size(); i++) {
        row.put(names.get(i), element instanceof float[] values ? (Object) values[i] : element);
      }
    }
  }

  /** Deletes many. */
  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Deletes those of an environment, or all with --all.")
  static final class DeleteCommand implements Callable<Integer> {
    @Mixin private final Chosen chosen = new Chosen();
    @Mixin private final OutputOption output = new OutputOption();

    @Option(names = "--all", description = "All episodes of the data folder.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
      if ((chosen.environment == null) != all) {
        throw new InvalidValueException(
            "environment", chosen.environment, "given, or --all in its place");
      }
      long deleted = 0;
      if (chosen.isThere()) {
        try (EpisodeStore store = chosen.open()) {
          deleted = store.deleteAll(chosen.environment);
        }
      }
      output.print(Map.of("deleted", deleted), deleted + " episodes deleted");
      return 0;
    }
  }
}
