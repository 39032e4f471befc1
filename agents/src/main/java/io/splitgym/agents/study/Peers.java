package io.splitgym.agents.study;

import io.splitgym.agents.evaluation.Episodes;
import io.splitgym.cli.WholeFile;
import io.splitgym.environment.EnvironmentState;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.surrogate.SurrogateFile;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What another library's trainings need to be comparable, as {@code peers.json}: environments,
 * hyperparameters, seeds, and where the test episodes start; and the runs that come of it, {@code
 * runs/LINE-sb3/seed-K.csv} beside this program's own {@code runs/LINE/seed-K.csv}.
 */
final class Peers {
  private static final String ORDER = "peers.json";

  /** What follows a line's label: stable-baselines3, in Python alone and on a server. */
  private static final List<String> SUFFIXES = List.of("-sb3", "-sb3-server");

  private final Path folder;
  private final StudyOptions options;

  Peers(Path folder, StudyOptions options) {
    this.folder = folder;
    this.options = options;
  }

  /** Whether a line is another library's. */
  static boolean isPeer(String label) {
    return SUFFIXES.stream().anyMatch(label::endsWith);
  }

  /** The labels that another library's runs of a line may have. */
  static List<String> labels(String label) {
    return SUFFIXES.stream().map(suffix -> label + suffix).toList();
  }

  /** The label of this program's own line that a line is held against; an own one's is itself. */
  static String own(String label) {
    return SUFFIXES.stream()
        .filter(label::endsWith)
        .findFirst()
        .map(suffix -> label.substring(0, label.length() - suffix.length()))
        .orElse(label);
  }

  /** How a line is drawn: in the colour of its own one, told apart by its stroke. */
  static Drawing.Stroke stroke(String label) {
    String suffix = label.substring(own(label).length());
    return Drawing.Stroke.values()[SUFFIXES.indexOf(suffix) + 1];
  }

  /** Writes what the other library is to do. */
  void order(List<Line> lines) throws IOException {
    List<Map<String, Object>> orders = new ArrayList<>();
    for (Line line : lines) {
      Map<String, Object> order = new LinkedHashMap<>();
      order.put("folder", line.folder());
      order.putAll(line.settings());
      if (line.model() instanceof SurrogateModel surrogate) {
        String file = "surrogate-" + line.panel() + ".safetensors";
        WholeFile.write(folder.resolve(file), SurrogateFile.write(surrogate));
        order.put("surrogate", file);
        order.put("channel", surrogate.provenance().channel().name());
      }
      order.put("starts", starts(line));
      orders.add(order);
    }
    Map<String, Object> document = new LinkedHashMap<>(options.settings());
    document.put("seeds", options.allSeeds());
    document.put("lines", orders);
    WholeFile.write(folder.resolve(ORDER), Runs.JSON.writeValueAsString(document) + "\n");
  }

  /**
   * The runs that are there.
   *
   * @throws io.splitgym.validation.InvalidValueException if they are of other settings
   */
  Map<Line, List<Table>> runs(List<Line> lines) throws IOException {
    Runs runs = new Runs(folder, options, Map.of());
    Map<Line, List<Table>> found = new LinkedHashMap<>();
    for (Line line : lines) {
      for (String label : labels(line.label())) {
        Line peer = line.labelled(label);
        List<Table> there = runs.present(peer);
        if (!there.isEmpty()) {
          found.put(peer, there);
        }
      }
    }
    return found;
  }

  private List<Map<String, Object>> starts(Line line) {
    Episodes episodes = options.testEpisodes();
    List<Map<String, Object>> starts = new ArrayList<>();
    try (SplitInferenceEnvironment environment = line.environment()) {
      for (int i = 0; i < episodes.count(); i++) {
        EnvironmentState.Episode start = episodes.start(environment, i);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("sigma", start.now().sigma());
        told.put("m", start.now().m());
        told.put("p", start.split());
        starts.add(told);
      }
    }
    return starts;
  }
}
