package io.splitgym.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Which operators a pass spent its time in.
 *
 * @param milliseconds of all of them
 * @param operators those with the most time first
 */
record OperatorTable(double milliseconds, List<Operator> operators) {
  private static final int SHOWN = 12;

  /**
   * One of PyTorch's operators.
   *
   * @param milliseconds in it, without the operators that it called
   */
  record Operator(String name, long calls, double milliseconds) {}

  /** While a trace is read. */
  private static final class Sum {
    private long calls;
    private double microseconds;
  }

  /** An operator that may call others. */
  private record Open(Sum sum, double end) {}

  /**
   * Reads what {@link io.splitgym.decoder.OperatorTrace} wrote: events that lie in one another as
   * the calls did.
   */
  static OperatorTable read(Path trace) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (JsonNode event : new ObjectMapper().readTree(trace.toFile())) {
      if (event.path("ph").asText().equals("X")) {
        events.add(event);
      }
    }
    events.sort(
        Comparator.<JsonNode>comparingDouble(event -> event.get("ts").asDouble())
            .thenComparing(event -> -event.get("dur").asDouble()));
    Map<String, Sum> sums = new HashMap<>();
    Deque<Open> open = new ArrayDeque<>();
    for (JsonNode event : events) {
      double start = event.get("ts").asDouble();
      double duration = event.get("dur").asDouble();
      while (!open.isEmpty() && open.peek().end() <= start) {
        open.pop();
      }
      if (!open.isEmpty()) {
        open.peek().sum().microseconds -= duration;
      }
      Sum sum = sums.computeIfAbsent(event.get("name").asText(), name -> new Sum());
      sum.calls++;
      sum.microseconds += duration;
      open.push(new Open(sum, start + duration));
    }
    List<Operator> operators =
        sums.entrySet().stream()
            .map(
                entry ->
                    new Operator(
                        entry.getKey(),
                        entry.getValue().calls,
                        entry.getValue().microseconds / 1000))
            .sorted(Comparator.comparingDouble(Operator::milliseconds).reversed())
            .toList();
    return new OperatorTable(
        operators.stream().mapToDouble(Operator::milliseconds).sum(), operators);
  }

  /** Its first rows. */
  String text() {
    StringBuilder text =
        new StringBuilder("operator                          calls      ms  share");
    for (Operator operator : operators.subList(0, Math.min(SHOWN, operators.size()))) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%-32s %6d %7.1f  %4.1f %%",
              operator.name(),
              operator.calls(),
              operator.milliseconds(),
              100 * operator.milliseconds() / milliseconds));
    }
    return text.toString();
  }
}
