package io.splitgym.agents.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.splitgym.agents.study.WireTable.Place;
import io.splitgym.agents.study.WireTable.Point;
import io.splitgym.channel.Channel;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.channel.Transmission;
import io.splitgym.cli.WholeFile;
import io.splitgym.figure.FigureFiles;
import io.splitgym.measurement.CellStatistics;
import io.splitgym.measurement.Measurement;
import io.splitgym.measurement.MeasurementKey;
import io.splitgym.measurement.SweepPlan;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.transport.Codec;
import io.splitgym.transport.Concealment;
import io.splitgym.transport.Packets;
import io.splitgym.transport.Payload;
import io.splitgym.transport.Protection;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What codecs, packets, concealment and protection do to ln PPL at each split, as measured of an
 * LLM, and how many bits a token takes.
 *
 * @param splits that are measured, at least two
 * @param losses probabilities with which a packet is lost, 1 to {@value #MOST_LOSSES} in (0, 1);
 *     the first is that of all figures with losses, the others are of concealment alone
 * @param noise effective noise s/h of fading-awgn in units of the hidden state, above 0
 * @param noiseUnit of fading-awgn, in units of the hidden state, above 0
 * @param packetBytes 1 to {@value #MOST_SIZES} packet sizes in bytes; the middle one is that of
 *     concealment, the first, beside single elements, that of protection
 * @param protectAbove elements of more than so many times their token's median magnitude are
 *     protected; see {@link Protection.Above}
 * @param draws of losses and noise at each cell, at least 1
 */
public record WireStudy(
    List<Integer> splits,
    List<Double> losses,
    double noise,
    double noiseUnit,
    List<Integer> packetBytes,
    double protectAbove,
    int draws) {
  public static final String NAME = "wire";

  private static final Protection NONE = new Protection.None();
  private static final String SETTINGS = "study.json";

  /** Each has a figure of its own. */
  private static final int MOST_LOSSES = 7;

  /** A figure has seven colours, and one of them is that of single elements. */
  private static final int MOST_SIZES = 6;

  public WireStudy {
    splits = List.copyOf(splits);
    losses = List.copyOf(losses);
    packetBytes = List.copyOf(packetBytes);
    requireSeveral("splits", splits, 2, Integer.MAX_VALUE);
    requireSeveral("losses", losses, 1, MOST_LOSSES);
    requireSeveral("packetBytes", packetBytes, 1, MOST_SIZES);
    for (double loss : losses) {
      if (!(loss > 0 && loss < 1)) {
        throw new InvalidValueException("loss", loss, "in (0, 1)");
      }
    }
    Require.positive("noise", noise);
    Require.positive("draws", draws);
  }

  private static void requireSeveral(String field, List<?> values, int least, int most) {
    if (values.size() < least || values.size() > most) {
      throw new InvalidValueException(
          field,
          values,
          most == Integer.MAX_VALUE
              ? "at least " + least + " values"
              : least + " to " + most + " values");
    }
    if (values.stream().distinct().count() < values.size()) {
      throw new InvalidValueException(field, values, "without repetition");
    }
  }

  /**
   * One line of a figure.
   *
   * @param name unlike that of any other line of the figure
   */
  private record Case(String name, Channel channel, double level) {
    Transmission transmission() {
      return new Transmission.AtLevel(channel, level);
    }

    boolean random() {
      return transmission().random();
    }
  }

  /** Lines side by side, and what they are about. */
  private record Figure(String name, String title, List<Case> cases) {}

  /** Where the points of the figures come from. */
  @FunctionalInterface
  private interface Source {
    Point point(Figure figure, Case one, int split);
  }

  /** The cells of all figures: everything of the first draw before anything of the second. */
  public SweepPlan plan(EvaluationSetting setting) {
    Set<MeasurementKey> cells = new LinkedHashSet<>();
    cells.add(MeasurementKey.clean(setting));
    for (int draw = 1; draw <= draws; draw++) {
      for (Figure figure : figures()) {
        for (Case one : figure.cases()) {
          if (draw == 1 || one.random()) {
            for (int split : splits) {
              cells.add(new MeasurementKey(setting, one.transmission(), split, draw));
            }
          }
        }
      }
    }
    return new SweepPlan(List.copyOf(cells));
  }

  /**
   * Writes data, figures and {@code report.html}. The same measurements give the same data files.
   *
   * @param measured all cells of the plan, and maybe others
   */
  public Study.Result write(
      Path folder, EvaluationSetting setting, Collection<Measurement> measured) throws IOException {
    Map<MeasurementKey, Measurement> found = new HashMap<>();
    measured.forEach(one -> found.put(one.key(), one));
    Measurement clean = the(found, MeasurementKey.clean(setting));
    return write(
        folder,
        setting,
        clean.logPerplexity(),
        (figure, one, split) -> measured(one, split, setting, found, clean));
  }

  /**
   * Writes a folder's data, figures and report again, from its {@code study.json} and {@code
   * wire.csv}; nothing is measured.
   *
   * @param folder that {@link #write} wrote
   * @throws InvalidValueException if it isn't such a one
   */
  public static Study.Result redraw(Path folder) throws IOException {
    String settings = text(folder, SETTINGS);
    Map<Place, Point> known = WireTable.read(text(folder, WireTable.FILE));
    WireStudy study;
    EvaluationSetting setting;
    double clean;
    try {
      JsonNode before = Runs.JSON.readTree(settings);
      String name = before.required("study").asText();
      if (!name.equals(NAME)) {
        throw new InvalidValueException("study", name, NAME);
      }
      study = Runs.JSON.treeToValue(before.required("options"), WireStudy.class);
      setting = Runs.JSON.treeToValue(before.required("setting"), EvaluationSetting.class);
      clean = before.required("cleanLnPpl").doubleValue();
    } catch (JsonProcessingException e) {
      throw notWritten(e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw notWritten(String.valueOf(e.getMessage()));
    }
    return study.write(
        folder,
        setting,
        clean,
        (figure, one, split) ->
            study.known(known, new Place(figure.name(), one.name(), split), one));
  }

  private static InvalidValueException notWritten(String why) {
    return new InvalidValueException(SETTINGS, "wrong (" + why + ")", "as study wire wrote it");
  }

  private static String text(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      throw new InvalidValueException("folder", folder, "one that study wire wrote, with " + name);
    }
    return Files.readString(file);
  }

  private Point known(Map<Place, Point> known, Place place, Case one) {
    Point point = known.get(place);
    if (point == null) {
      throw new InvalidValueException(
          WireTable.FILE, "without " + place, "with a row for all that study.json tells of");
    }
    if (point.draws() != drawsOf(one)) {
      // a study that was killed between its files
      throw new InvalidValueException(
          WireTable.FILE + ", draws of " + place,
          point.draws(),
          drawsOf(one) + ", as study.json tells");
    }
    return one.random()
        ? point
        : new Point(point.bitsPerToken(), point.lnPpl(), Double.NaN, point.draws());
  }

  private Study.Result write(Path folder, EvaluationSetting setting, double clean, Source source)
      throws IOException {
    Report report = new Report("The channel on the wire's terms");
    report.paragraph(
        String.format(
            Locale.ROOT,
            "What crosses the air after layer p: ln PPL of %s against the split, by codec, packets,"
                + " concealment and protection. %,d tokens of %s in windows of %d; ln PPL without a"
                + " channel %.4f, the dashed line. Protection sends the elements of more than %s times"
                + " their token's median magnitude reliably, each as an index and a float32. %s",
            setting.model(),
            setting.maxTokens(),
            setting.corpus(),
            setting.window(),
            clean,
            ShortestDecimal.of(protectAbove),
            bands()));
    StringBuilder csv = new StringBuilder(WireTable.heading());
    List<String> findings = new ArrayList<>();
    for (Figure figure : figures()) {
      Map<Case, List<Point>> lines = new LinkedHashMap<>();
      for (Case one : figure.cases()) {
        lines.put(one, splits.stream().map(split -> source.point(figure, one, split)).toList());
      }
      lines.forEach((one, points) -> rows(figure, one, points, clean, csv));
      String finding = finding(figure, lines, clean);
      findings.add(finding);
      report.heading(figure.title());
      report.figure(draw(folder, figure, lines, clean), finding);
    }
    WholeFile.write(folder.resolve(WireTable.FILE), csv.toString());
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("setting", setting);
    data.put("cleanLnPpl", clean);
    data.put("options", this);
    return report.end(folder, NAME, findings, data, WireTable.FILE + " has what is drawn.");
  }

  private String bands() {
    String error =
        draws == 1
            ? "Bands are twice the standard error. There is one draw of losses and noise, so that"
                + " there is no spread over draws: the error is taken from how the windows' losses"
                + " differ, which counts the text's variety too and is an upper bound."
            : "Bands are twice the standard error over " + draws + " draws of losses and noise.";
    return error + " A codec alone draws nothing and has no band.";
  }

  private List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure("codecs", "Codecs, nothing lost", codecs()));
    double first = losses.get(0);
    figures.add(
        new Figure(
            "packets", "Packets of f16, each lost with probability " + text(first), sizes(first)));
    figures.add(
        new Figure(
            "protection",
            "Protection where parts of a token are lost, with probability " + text(first),
            parts(first)));
    for (double loss : losses) {
      figures.add(
          new Figure(
              "concealment-" + text(loss),
              middle() + "-byte packets, each lost with probability " + text(loss),
              concealed(loss)));
    }
    figures.add(new Figure("noise", "Codecs under noise, s/h = " + text(noise), noisy()));
    return figures;
  }

  private List<Case> codecs() {
    List<Case> cases = new ArrayList<>();
    for (Codec codec : List.of(Codec.F16, Codec.BF16, Codec.INT8, Codec.INT4)) {
      cases.add(new Case(codec.id(), whole(codec, NONE), 0));
    }
    for (Codec codec : List.of(Codec.INT8, Codec.INT4)) {
      cases.add(new Case(codec.id() + " protected", whole(codec, massive()), 0));
    }
    return cases;
  }

  private List<Case> sizes(double loss) {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("single elements", whole(Codec.F16, NONE), loss));
    for (int bytes : packetBytes) {
      cases.add(
          new Case(bytes + " bytes", packets(Codec.F16, bytes, Concealment.ZERO, NONE), loss));
    }
    return cases;
  }

  private List<Case> parts(double loss) {
    int first = packetBytes.get(0);
    List<Case> cases = new ArrayList<>();
    for (Protection protection : List.of(NONE, massive())) {
      String end = protection == NONE ? "" : " protected";
      cases.add(new Case("single elements" + end, whole(Codec.F16, protection), loss));
      cases.add(
          new Case(
              first + " bytes" + end,
              packets(Codec.F16, first, Concealment.ZERO, protection),
              loss));
    }
    return cases;
  }

  private List<Case> concealed(double loss) {
    List<Case> cases = new ArrayList<>();
    for (Protection protection : List.of(NONE, massive())) {
      for (Concealment concealment : Concealment.values()) {
        cases.add(
            new Case(
                "f16 " + concealment.id() + (protection == NONE ? "" : " protected"),
                packets(Codec.F16, middle(), concealment, protection),
                loss));
      }
    }
    return cases;
  }

  private List<Case> noisy() {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("f32", fading(Codec.F32, NONE), noise));
    for (Protection protection : List.of(NONE, massive())) {
      for (Codec codec : List.of(Codec.INT8, Codec.INT4)) {
        cases.add(
            new Case(
                codec.id() + (protection == NONE ? "" : " protected"),
                fading(codec, protection),
                noise));
      }
    }
    return cases;
  }

  private Protection massive() {
    return new Protection.Above(protectAbove);
  }

  private int middle() {
    return packetBytes.get(packetBytes.size() / 2);
  }

  private static Channel whole(Codec codec, Protection protection) {
    return new Erasure(new Packets.OfElements(1), Concealment.ZERO, new Payload(codec, protection));
  }

  private static Channel packets(
      Codec codec, int bytes, Concealment concealment, Protection protection) {
    return new Erasure(new Packets.OfBytes(bytes), concealment, new Payload(codec, protection));
  }

  private Channel fading(Codec codec, Protection protection) {
    return new FadingAwgn(noiseUnit, FadingAwgn.WHOLE_WINDOW, true, new Payload(codec, protection));
  }

  /** Where nothing is random, one draw tells all. */
  private int drawsOf(Case one) {
    return one.random() ? draws : 1;
  }

  private Point measured(
      Case one,
      int split,
      EvaluationSetting setting,
      Map<MeasurementKey, Measurement> found,
      Measurement clean) {
    List<Measurement> cell = new ArrayList<>();
    for (int draw = 1; draw <= drawsOf(one); draw++) {
      cell.add(the(found, new MeasurementKey(setting, one.transmission(), split, draw)));
    }
    CellStatistics loss = CellStatistics.of(cell, clean);
    return new Point(
        // a measurement of a plain channel may be of a time when bits weren't counted
        cell.get(0).losses().bitsPerToken().orElse(Double.NaN),
        loss.mean(),
        one.random() ? loss.standardError() : Double.NaN,
        loss.draws());
  }

  private static Measurement the(Map<MeasurementKey, Measurement> found, MeasurementKey key) {
    @Nullable Measurement one = found.get(key);
    return Objects.requireNonNull(one, () -> "not measured: " + key);
  }

  private void rows(Figure figure, Case one, List<Point> points, double clean, StringBuilder csv) {
    Map<String, Object> settings = one.channel().settings();
    Object above = settings.getOrDefault("protectAbove", 0.0);
    String packets = "";
    if (one.channel() instanceof Erasure erasure) {
      packets =
          erasure.packets() instanceof Packets.OfBytes ofBytes
              ? ofBytes.bytes() + " bytes"
              : settings.get("packetElements") + " elements";
    }
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      csv.append(figure.name()).append(',').append(one.name());
      csv.append(',').append(one.channel().name());
      csv.append(',').append(ShortestDecimal.of(one.level()));
      csv.append(',').append(settings.get("codec")).append(',').append(packets);
      csv.append(',').append(settings.getOrDefault("concealment", ""));
      csv.append(',').append(above.equals(0.0) ? "" : ShortestDecimal.of((Double) above));
      csv.append(',').append(splits.get(i));
      Format.append(csv, point.bitsPerToken(), point.lnPpl(), point.standardError());
      csv.append(',').append(point.draws());
      Format.append(csv, clean);
      csv.append('\n');
    }
  }

  private Path draw(Path folder, Figure figure, Map<Case, List<Point>> lines, double clean)
      throws IOException {
    Drawing drawing = new Drawing(figure.title(), "split p", "ln PPL in nats").counting();
    double[] places = splits.stream().mapToDouble(Integer::doubleValue).toArray();
    int line = 0;
    for (Map.Entry<Case, List<Point>> entry : lines.entrySet()) {
      List<Point> points = entry.getValue();
      double[] values = points.stream().mapToDouble(Point::lnPpl).toArray();
      if (entry.getKey().random()) {
        double[] low = new double[values.length];
        double[] high = new double[values.length];
        for (int i = 0; i < values.length; i++) {
          low[i] = values[i] - 2 * points.get(i).standardError();
          high[i] = values[i] + 2 * points.get(i).standardError();
        }
        drawing.band(entry.getKey().name(), places, low, high, Drawing.colour(line));
      }
      drawing.line(entry.getKey().name(), places, values, Drawing.colour(line++));
    }
    drawing.level("no channel", places, clean, java.awt.Color.BLACK);
    return FigureFiles.write(folder, NAME + "-" + figure.name(), drawing.chart()).get(0);
  }

  private String finding(Figure figure, Map<Case, List<Point>> lines, double clean) {
    List<String> each = new ArrayList<>();
    lines.forEach(
        (one, points) -> {
          double sum = 0;
          double bits = 0;
          int worst = 0;
          for (int i = 0; i < points.size(); i++) {
            sum += points.get(i).lnPpl() - clean;
            bits += points.get(i).bitsPerToken();
            worst = points.get(i).lnPpl() > points.get(worst).lnPpl() ? i : worst;
          }
          each.add(
              String.format(
                  Locale.ROOT,
                  "%s%s %s, at most %s at split %d",
                  one.name(),
                  Double.isNaN(bits)
                      ? ""
                      : String.format(Locale.ROOT, " (%.0f bits a token)", bits / points.size()),
                  Format.number(sum / points.size()),
                  Format.number(points.get(worst).lnPpl() - clean),
                  splits.get(worst)));
        });
    return figure.title()
        + ". Nats lost on average over the splits: "
        + String.join("; ", each)
        + ".";
  }

  private static String text(double value) {
    return ShortestDecimal.of(value);
  }
}
