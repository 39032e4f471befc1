package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonGenerator;
import io.splitgym.recording.Episode;
import io.splitgym.recording.EpisodeStore;
import io.splitgym.recording.RecordedEnvironment;
import io.splitgym.recording.RecordingLimits;
import io.splitgym.recording.StoredEpisode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Recorded episodes, in a list and one by one. */
public final class EpisodeBodies {
  private EpisodeBodies() {}

  /** An episode in a list. */
  @JsonPropertyOrder({
    "id",
    "environment",
    "index",
    "spec",
    "backend",
    "preset",
    "steps",
    "totalReward",
    "terminated",
    "truncated",
    "recorded",
    "bytes"
  })
  public record Summary(
      long id,
      String environment,
      int index,
      String spec,
      String backend,
      String preset,
      int steps,
      double totalReward,
      boolean terminated,
      boolean truncated,
      String recorded,
      long bytes) {
    static Summary of(StoredEpisode stored) {
      RecordedEnvironment environment = stored.environment();
      return new Summary(
          stored.id(),
          environment.id(),
          stored.index(),
          environment.spec(),
          environment.backend(),
          environment.preset(),
          stored.steps(),
          stored.totalReward(),
          stored.terminated(),
          stored.truncated(),
          stored.recorded().toString(),
          stored.bytes());
    }
  }

  /**
   * A part of the list, and how much there is in all.
   *
   * @param next where the next part begins; null if this is the last
   */
  @JsonPropertyOrder({"episodes", "next", "totals", "limits"})
  public record Listing(
      List<Summary> episodes,
      @Nullable Long next,
      Map<String, Long> totals,
      Map<String, Long> limits) {
    public static Listing of(
        EpisodeStore.Page page, EpisodeStore.Totals totals, RecordingLimits limits) {
      return new Listing(
          page.episodes().stream().map(Summary::of).toList(),
          page.next().isPresent() ? (Long) page.next().getAsLong() : null,
          new TreeMap<>(
              Map.of(
                  "episodes", totals.episodes(),
                  "bytes", totals.bytes(),
                  "missed", totals.missed())),
          new TreeMap<>(Map.of("episodes", limits.episodes(), "bytes", limits.bytes())));
    }

    /** Of a server that keeps nothing. */
    public static Listing ofNothing() {
      return new Listing(
          List.of(),
          null,
          new TreeMap<>(Map.of("episodes", 0L, "bytes", 0L, "missed", 0L)),
          new TreeMap<>(Map.of("episodes", 0L, "bytes", 0L)));
    }
  }

  /** How many were deleted. */
  public record Deleted(long deleted) {}

  /** An episode with its steps and what it was played in. */
  public record Whole(EpisodeStore.Whole whole) implements StreamedBody {
    @Override
    public void writeTo(JsonGenerator out) throws IOException {
      Episode episode = whole.episode();
      RecordedEnvironment environment = whole.stored().environment();
      out.writeStartObject();
      out.writeNumberField("id", whole.stored().id());
      out.writeStringField("environment", environment.id());
      out.writeNumberField("index", episode.index());
      out.writeStringField("spec", environment.spec());
      out.writeStringField("backend", environment.backend());
      out.writeStringField("preset", environment.preset());
      out.writeNumberField("environmentSeed", environment.seed());
      out.writeFieldName("parameters");
      InfoMap.write(out, environment.parameters());
      out.writePOJOField("observationSpace", SpaceBody.of(environment.observationSpace()));
      out.writePOJOField("actionSpace", SpaceBody.of(environment.actionSpace()));
      Long seed = episode.seed();
      if (seed == null) {
        out.writeNullField("seed");
      } else {
        out.writeNumberField("seed", seed);
      }
      out.writeFieldName("options");
      InfoMap.write(out, episode.options());
      elements(out, "observations", episode.observations());
      elements(out, "actions", episode.actions());
      out.writeFieldName("rewards");
      NumberArrays.write(out, episode.rewards(), episode.rewards().length);
      out.writeBooleanField("terminated", episode.terminated());
      out.writeBooleanField("truncated", episode.truncated());
      out.writeFieldName("infos");
      infos(out, episode.infos());
      out.writeStringField("recorded", whole.stored().recorded().toString());
      out.writeEndObject();
    }

    private static void infos(JsonGenerator out, Map<String, List<@Nullable Object>> infos)
        throws IOException {
      out.writeStartObject();
      for (Map.Entry<String, List<@Nullable Object>> info : infos.entrySet()) {
        out.writeFieldName(info.getKey());
        out.writeStartArray();
        for (Object value : info.getValue()) {
          if (value == null) {
            out.writeNull();
          } else {
            InfoMap.writeValue(out, value);
          }
        }
        out.writeEndArray();
      }
      out.writeEndObject();
    }

    /** In one array where there is a row of numbers for each. */
    private static void elements(JsonGenerator out, String name, List<Object> elements)
        throws IOException {
      out.writeFieldName(name);
      if (elements.get(0) instanceof float[] first) {
        float[] all = new float[elements.size() * first.length];
        for (int i = 0; i < elements.size(); i++) {
          System.arraycopy(elements.get(i), 0, all, i * first.length, first.length);
        }
        NumberArrays.write(out, all, elements.size(), first.length);
      } else {
        int[] all = elements.stream().mapToInt(one -> (Integer) one).toArray();
        NumberArrays.write(out, all, all.length);
      }
    }
  }
}
