package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.splitgym.reward.MeanPerplexity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What is known without stepping, point by point.
 *
 * @param lnPpl means, in nats
 * @param spread in nats; null where unknown
 * @param drawDeviation how far one draw lies from the mean, in nats; null where unknown
 * @param source where each comes from, which tells what its spread is
 */
@JsonPropertyOrder({"lnPpl", "spread", "drawDeviation", "source"})
public record PredictionBody(
    List<Double> lnPpl,
    List<@Nullable Double> spread,
    List<@Nullable Double> drawDeviation,
    List<String> source) {
  public static PredictionBody of(List<MeanPerplexity> means) {
    List<Double> values = new ArrayList<>(means.size());
    List<@Nullable Double> spreads = new ArrayList<>(means.size());
    List<@Nullable Double> deviations = new ArrayList<>(means.size());
    List<String> sources = new ArrayList<>(means.size());
    for (MeanPerplexity mean : means) {
      values.add(mean.value());
      spreads.add(orNull(mean.spread()));
      deviations.add(orNull(mean.drawDeviation()));
      sources.add(mean.source().name().toLowerCase(Locale.ROOT));
    }
    return new PredictionBody(values, spreads, deviations, sources);
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
