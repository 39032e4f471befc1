package io.splitgym.measurement;

import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.validation.InvalidValueException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Measurements as text: comment lines with the setting, the channel and the windows' tokens, then a
 * header and one row for each measurement with the loss of every window. The same measurements
 * always give the same bytes, and reading them back gives the same doubles, so the file alone
 * suffices to fit a surrogate again. The first row, with neither sigma, m nor level, is the clean
 * value. The column {@code bits_per_token} is there where it is known of some row.
 */
public final class MeasurementCsv {
  private static final String TITLE = "# SplitGym measurements, version 1";
  private static final String CHANNEL_PREFIX = "channel.";
  private static final List<String> FIXED_COLUMNS =
      List.of("split", "level", "sigma", "m", "noise_seed", "nll", "tokens", "seconds");
  private static final String BITS = "bits_per_token";

  private MeasurementCsv() {}

  /** SHA-256 of the text, in hexadecimal: the identity of these measurements. */
  public static String hash(Measurements measurements) {
    try {
      byte[] text = write(measurements).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The text, with LF line ends. */
  public static String write(Measurements measurements) {
    StringBuilder text = new StringBuilder(TITLE).append('\n');
    header(measurements).forEach((name, value) -> comment(text, name, value));
    StringJoiner columns = new StringJoiner(",", "", "\n");
    FIXED_COLUMNS.forEach(columns::add);
    boolean withBits =
        measurements.noisy().stream().anyMatch(one -> one.losses().bitsPerToken().isPresent());
    if (withBits) {
      columns.add(BITS);
    }
    int windows = measurements.clean().losses().sums().size();
    for (int window = 1; window <= windows; window++) {
      columns.add("nll_window_" + window);
    }
    text.append(columns);
    row(text, measurements.clean(), withBits);
    measurements.noisy().forEach(measurement -> row(text, measurement, withBits));
    return text.toString();
  }

  private static Map<String, String> header(Measurements measurements) {
    EvaluationSetting setting = measurements.setting();
    Map<String, String> header = new LinkedHashMap<>();
    header.put("model", setting.model());
    header.put("modelHash", setting.modelHash());
    header.put("layers", Integer.toString(setting.layers()));
    header.put("corpus", setting.corpus());
    header.put("corpusHash", setting.corpusHash());
    header.put("window", Integer.toString(setting.window()));
    header.put("stride", Integer.toString(setting.stride()));
    header.put("maxTokens", Integer.toString(setting.maxTokens()));
    header.put("batchTokens", Integer.toString(setting.batchTokens()));
    header.put("precision", setting.precision());
    StringJoiner tokens = new StringJoiner(" ");
    measurements.clean().losses().tokens().forEach(count -> tokens.add(count.toString()));
    header.put("windowTokens", tokens.toString());
    header.put("channel", measurements.channel().name());
    measurements
        .channel()
        .parameters()
        .forEach((name, value) -> header.put(CHANNEL_PREFIX + name, value));
    return header;
  }

  private static void comment(StringBuilder text, String name, String value) {
    if (value.chars().anyMatch(c -> c < ' ')) {
      throw new InvalidValueException(name, value, "without line ends and control characters");
    }
    text.append("# ").append(name).append(" = ").append(value).append('\n');
  }

  private static void row(StringBuilder text, Measurement measurement, boolean withBits) {
    MeasurementKey key = measurement.key();
    String level = "";
    String sigma = "";
    String m = "";
    if (key.transmission() instanceof Transmission.AtLevel atLevel) {
      level = ShortestDecimal.of(atLevel.level());
    } else if (key.transmission() instanceof Transmission.AtState atState) {
      sigma = ShortestDecimal.of(atState.state().sigma());
      m = ShortestDecimal.of(atState.state().m());
    }
    StringJoiner row = new StringJoiner(",", "", "\n");
    row.add(Integer.toString(key.split())).add(level).add(sigma).add(m);
    row.add(Long.toString(key.noiseSeed()));
    row.add(ShortestDecimal.of(measurement.logPerplexity()));
    row.add(Integer.toString(measurement.losses().scoredTokens()));
    row.add(ShortestDecimal.of(measurement.seconds()));
    if (withBits) {
      OptionalDouble bits = measurement.losses().bitsPerToken();
      row.add(bits.isPresent() ? ShortestDecimal.of(bits.getAsDouble()) : "");
    }
    measurement.losses().sums().forEach(sum -> row.add(ShortestDecimal.of(sum)));
    text.append(row);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws InvalidValueException naming the line and what is wrong with it
   */
  public static Measurements read(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(TITLE)) {
      throw new InvalidValueException(
          "line 1", lines.isEmpty() ? "missing" : lines.get(0), "\"" + TITLE + "\"");
    }
    Map<String, String> header = new TreeMap<>();
    int next = 1;
    for (; next < lines.size() && lines.get(next).startsWith("#"); next++) {
      String[] parts = lines.get(next).substring(1).split("=", 2);
      if (parts.length != 2) {
        throw new InvalidValueException("line " + (next + 1), lines.get(next), "# name = value");
      }
      header.put(parts[0].strip(), parts[1].strip());
    }
    EvaluationSetting setting = setting(header);
    Channel channel = channel(header);
    List<Integer> tokens = tokens(header);
    List<String> expected = new ArrayList<>(FIXED_COLUMNS);
    if (next < lines.size() && List.of(lines.get(next).split(",", -1)).contains(BITS)) {
      expected.add(BITS);
    }
    int fixed = expected.size();
    for (int window = 1; window <= tokens.size(); window++) {
      expected.add("nll_window_" + window);
    }
    String columns = String.join(",", expected);
    if (next >= lines.size() || !lines.get(next).equals(columns)) {
      throw new InvalidValueException(
          "line " + (next + 1), next >= lines.size() ? "missing" : lines.get(next), columns);
    }
    List<Measurement> measurements = new ArrayList<>();
    for (int i = next + 1; i < lines.size(); i++) {
      measurements.add(
          new Row(i + 1, lines.get(i), expected).read(fixed, setting, channel, tokens));
    }
    return Measurements.of(setting, channel, measurements);
  }

  private static EvaluationSetting setting(Map<String, String> header) {
    return new EvaluationSetting(
        text(header, "model"),
        text(header, "modelHash"),
        integer(header, "layers"),
        text(header, "corpus"),
        text(header, "corpusHash"),
        integer(header, "window"),
        integer(header, "stride"),
        integer(header, "maxTokens"),
        integer(header, "batchTokens"),
        text(header, "precision"));
  }

  private static Channel channel(Map<String, String> header) {
    Map<String, String> parameters = new TreeMap<>();
    header.forEach(
        (name, value) -> {
          if (name.startsWith(CHANNEL_PREFIX)) {
            parameters.put(name.substring(CHANNEL_PREFIX.length()), value);
          }
        });
    return Channel.of(text(header, "channel"), parameters);
  }

  private static List<Integer> tokens(Map<String, String> header) {
    List<Integer> tokens = new ArrayList<>();
    for (String count : text(header, "windowTokens").split(" ", -1)) {
      tokens.add(parse("windowTokens", count, "an integer", Integer::valueOf));
    }
    return tokens;
  }

  private static String text(Map<String, String> header, String name) {
    @Nullable String value = header.get(name);
    if (value == null) {
      throw new InvalidValueException(name, "missing", "a line \"# " + name + " = ...\"");
    }
    return value;
  }

  private static int integer(Map<String, String> header, String name) {
    return parse(name, text(header, name), "an integer", Integer::valueOf);
  }

  private static <T> T parse(
      String field, String text, String allowed, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (NumberFormatException e) {
      throw new InvalidValueException(field, text, allowed);
    }
  }

  /** One row, whose mistakes name its line and column. */
  private static final class Row {
    private final int line;
    private final List<String> columns;
    private final String[] values;

    Row(int line, String text, List<String> columns) {
      this.line = line;
      this.columns = columns;
      this.values = text.split(",", -1);
      if (values.length != columns.size()) {
        throw new InvalidValueException(
            "line " + line, values.length + " values", columns.size() + " values");
      }
    }

    /**
     * @param fixed how many columns come before those of the windows
     */
    Measurement read(int fixed, EvaluationSetting setting, Channel channel, List<Integer> tokens) {
      List<Double> sums = new ArrayList<>();
      for (int i = fixed; i < values.length; i++) {
        sums.add(number(i));
      }
      MeasurementKey key =
          new MeasurementKey(
              setting, transmission(channel), (int) whole("split"), whole("noise_seed"));
      Measurement measurement =
          new Measurement(key, new WindowLosses(sums, tokens, bits()), number("seconds"));
      if (measurement.logPerplexity() != number("nll")) {
        throw new InvalidValueException(
            field("nll"), number("nll"), "the windows' mean, " + measurement.logPerplexity());
      }
      return measurement;
    }

    private OptionalDouble bits() {
      return columns.contains(BITS) && !value(BITS).isEmpty()
          ? OptionalDouble.of(number(BITS))
          : OptionalDouble.empty();
    }

    private Transmission transmission(Channel channel) {
      if (!value("level").isEmpty()) {
        return new Transmission.AtLevel(channel, number("level"));
      }
      return value("sigma").isEmpty()
          ? new Transmission.Clean()
          : new Transmission.AtState(channel, new ChannelState(number("sigma"), number("m")));
    }

    private String value(String column) {
      return values[columns.indexOf(column)];
    }

    private String field(String column) {
      return column + " in line " + line;
    }

    private double number(String column) {
      return number(columns.indexOf(column));
    }

    private double number(int column) {
      return parse(field(columns.get(column)), values[column], "a number", Double::valueOf);
    }

    private long whole(String column) {
      return parse(field(column), value(column), "an integer", Long::valueOf);
    }
  }
}
