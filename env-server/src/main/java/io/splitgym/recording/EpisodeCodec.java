package io.splitgym.recording;

import io.splitgym.durability.PlainValues;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Episodes as bytes and back. */
final class EpisodeCodec {
  private EpisodeCodec() {}

  static byte[] bytes(Episode episode) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("index", episode.index());
    all.put("seed", episode.seed());
    all.put("options", episode.options());
    all.put("observations", episode.observations());
    all.put("actions", episode.actions());
    ByteBuffer rewards = ByteBuffer.allocate(episode.rewards().length * Double.BYTES);
    rewards.asDoubleBuffer().put(episode.rewards());
    all.put("rewards", rewards.array());
    all.put("terminated", episode.terminated());
    all.put("truncated", episode.truncated());
    all.put("infos", episode.infos());
    return PlainValues.write(all);
  }

  static Episode read(byte[] bytes) {
    Map<?, ?> all = (Map<?, ?>) Objects.requireNonNull(PlainValues.read(bytes));
    byte[] written = (byte[]) present(all, "rewards");
    double[] rewards = new double[written.length / Double.BYTES];
    ByteBuffer.wrap(written).asDoubleBuffer().get(rewards);
    Map<String, Object> options = new LinkedHashMap<>();
    ((Map<?, ?>) present(all, "options"))
        .forEach((name, value) -> options.put(String.valueOf(name), value));
    Map<String, List<@Nullable Object>> infos = new LinkedHashMap<>();
    ((Map<?, ?>) present(all, "infos"))
        .forEach(
            (name, values) -> infos.put(String.valueOf(name), new ArrayList<>((List<?>) values)));
    return new Episode(
        (Integer) present(all, "index"),
        (Long) all.get("seed"),
        options,
        new ArrayList<>((List<?>) present(all, "observations")),
        new ArrayList<>((List<?>) present(all, "actions")),
        rewards,
        (Boolean) present(all, "terminated"),
        (Boolean) present(all, "truncated"),
        infos);
  }

  private static Object present(Map<?, ?> all, String name) {
    return Objects.requireNonNull(all.get(name), name);
  }
}
