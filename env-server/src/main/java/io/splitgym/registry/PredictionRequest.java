package io.splitgym.registry;

import io.splitgym.channel.ChannelState;
import java.util.List;

/**
 * What is to be known without stepping.
 *
 * @param of an environment that would answer with steps
 * @param points where
 */
public record PredictionRequest(EnvironmentRequest of, List<Point> points) {
  public PredictionRequest {
    points = List.copyOf(points);
  }

  /** A state of the channel and a split. */
  public record Point(ChannelState state, int split) {}
}
