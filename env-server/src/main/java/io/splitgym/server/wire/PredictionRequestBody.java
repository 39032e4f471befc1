package io.splitgym.server.wire;

import io.splitgym.channel.ChannelState;
import io.splitgym.registry.EnvironmentRegistry;
import io.splitgym.registry.MalformedRequestException;
import io.splitgym.registry.PredictionRequest;
import io.splitgym.registry.PredictionRequest.Point;
import io.splitgym.registry.Values;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads what is to be predicted: what a creation asks for, and points. */
public final class PredictionRequestBody {
  private static final String POINTS = "points";
  private static final String ALLOWED = "an array of [sigma, m, p]";
  private static final int MEMBERS = 3;

  private PredictionRequestBody() {}

  /**
   * @param most at most so many points
   * @throws MalformedRequestException if a field is missing, unknown or of the wrong type
   * @throws InvalidValueException if there are too many points, or one can't be
   */
  public static PredictionRequest read(
      Map<String, @Nullable Object> fields, EnvironmentRegistry registry, int most) {
    if (!fields.containsKey(POINTS)) {
      throw MalformedRequestException.missing(POINTS, ALLOWED);
    }
    Map<String, @Nullable Object> rest = new LinkedHashMap<>(fields);
    if (!(rest.remove(POINTS) instanceof List<?> list)) {
      throw MalformedRequestException.wrongType(POINTS, fields.get(POINTS), ALLOWED);
    }
    if (list.isEmpty() || list.size() > most) {
      throw new InvalidValueException(POINTS, list.size() + " points", "1 to " + most + " of them");
    }
    List<Point> points = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      points.add(point(POINTS + "[" + i + "]", list.get(i)));
    }
    return new PredictionRequest(registry.read(rest), points);
  }

  private static Point point(String name, @Nullable Object value) {
    if (!(value instanceof List<?> members) || members.size() != MEMBERS) {
      throw MalformedRequestException.wrongType(name, value, "[sigma, m, p]");
    }
    double sigma = Values.number(name + "[0]", members.get(0));
    double m = Values.number(name + "[1]", members.get(1));
    long split = Values.integer(name + "[2]", members.get(2));
    if (split != (int) split) {
      throw new InvalidValueException(name + "[2]", split, "a split of the model");
    }
    try {
      return new Point(new ChannelState(sigma, m), (int) split);
    } catch (InvalidValueException e) {
      throw new InvalidValueException(name + "." + e.field(), e.value(), e.allowed());
    }
  }
}
