package io.splitgym.agents.study;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.ShortestDecimal;
import io.splitgym.cli.WholeFile;
import io.splitgym.figure.FigureFiles;
import io.splitgym.measurement.LevelTable;
import io.splitgym.measurement.MeasurementCsv;
import io.splitgym.measurement.Measurements;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * Perplexity against the split, for each of some models, at several noises: the expectation over
 * fading and noise of what was measured of the LLM, with no surrogate between.
 *
 * @param sigmas noise intensities, at least one
 * @param m the Nakagami shape
 */
public record PerplexityStudy(List<Double> sigmas, double m) {
  public static final String NAME = "perplexity-against-split";

  private static final String HORIZONTAL = "split p";
  private static final double HARMLESS = 0.1;
  private static final int MOST_SIGMAS = 6;

  public PerplexityStudy {
    sigmas = List.copyOf(sigmas);
    Require.inRange("sigmas", sigmas.size(), 1, MOST_SIGMAS);
    for (double sigma : sigmas) {
      // refuses what isn't a state
      new ChannelState(sigma, m);
    }
  }

  /** One model's table. */
  private record Curves(EvaluationSetting setting, LevelTable table) {
    String model() {
      return setting.model();
    }

    /** Else a curve would end where another goes on. */
    void requireSameLevels() {
      int most =
          table.splits().stream()
              .mapToInt(split -> table.curve(split).levels().length)
              .max()
              .orElseThrow();
      for (int split : table.splits()) {
        int levels = table.curve(split).levels().length;
        if (levels < most) {
          throw new InvalidValueException(
              "measurements of " + model(),
              "of split " + split + " at " + levels + " levels",
              "every split at the same " + most);
        }
      }
    }

    double[] splits() {
      return table.splits().stream().mapToDouble(Integer::doubleValue).toArray();
    }

    double[] values(ChannelState state) {
      return table.splits().stream()
          .mapToDouble(split -> table.expectedLogPerplexity(state, split))
          .toArray();
    }

    double[] errors(ChannelState state) {
      return table.splits().stream()
          .mapToDouble(split -> table.standardError(state, split))
          .toArray();
    }
  }

  /**
   * Writes data, figures and {@code report.html}. The same measurements give the same data files.
   *
   * @param measured of each model, over levels of the same channel
   */
  public Study.Result write(Path folder, List<Measurements> measured) throws IOException {
    List<Curves> models = new ArrayList<>();
    for (Measurements one : measured) {
      models.add(new Curves(one.setting(), new LevelTable(one.overLevels())));
    }
    models.forEach(Curves::requireSameLevels);
    if (models.stream().map(Curves::model).distinct().count() < models.size()) {
      throw new InvalidValueException(
          "models", models.stream().map(Curves::model).toList(), "without repetition");
    }
    Report report = new Report("Perplexity against the split");
    report.paragraph(
        "What a split costs in perplexity when the hidden state crosses the channel after layer p:"
            + " E[ln PPL | sigma, m, p] over fading and noise, integrated over the levels that were"
            + " measured of the LLM itself. A level's value is one draw of noise for each window of"
            + " the text, the same noise at every split. Bands are twice the standard error of the"
            + " measurements, an upper bound; noise that all splits share moves whole curves rather"
            + " than single points. The dashed line is the model without a channel.");
    List<String> findings = new ArrayList<>();
    List<Map<String, Object>> entries = new ArrayList<>();
    StringBuilder csv = new StringBuilder("model,sigma,m,split,lnPpl,standardError,cleanLnPpl\n");
    for (int i = 0; i < models.size(); i++) {
      Curves model = models.get(i);
      String finding = finding(model);
      findings.add(finding);
      report.heading(model.model());
      report.figure(draw(folder, model), finding);
      report.paragraph(about(model));
      rows(model, csv);
      WholeFile.write(
          folder.resolve("measurements-" + model.model() + ".csv"),
          MeasurementCsv.write(measured.get(i).overLevels()));
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("setting", model.setting());
      entry.put("channel", measured.get(i).channel().description());
      entry.put("dataHash", MeasurementCsv.hash(measured.get(i).overLevels()));
      entry.put("cleanLnPpl", model.table().cleanLogPerplexity());
      entries.add(entry);
    }
    if (models.size() > 1) {
      String finding = together(models);
      findings.add(finding);
      report.heading("All models");
      report.figure(drawTogether(folder, models), finding);
    }
    WholeFile.write(folder.resolve("splits.csv"), csv.toString());
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("m", m);
    data.put("sigmas", sigmas);
    data.put("models", entries);
    return report.end(
        folder,
        NAME,
        findings,
        data,
        "splits.csv has what is drawn, measurements-MODEL.csv each evaluation of the LLM.");
  }

  private ChannelState state(double sigma) {
    return new ChannelState(sigma, m);
  }

  private double middle() {
    return sigmas.get(sigmas.size() / 2);
  }

  private static String about(Curves model) {
    EvaluationSetting setting = model.setting();
    return String.format(
        Locale.ROOT,
        "%d layers; %,d tokens of %s in windows of %d; ln PPL without a channel %.3f, perplexity"
            + " %.1f. Model file SHA-256 %s.",
        setting.layers(),
        setting.maxTokens(),
        setting.corpus(),
        setting.window(),
        model.table().cleanLogPerplexity(),
        Math.exp(model.table().cleanLogPerplexity()),
        setting.modelHash());
  }

  private void rows(Curves model, StringBuilder csv) {
    for (double sigma : sigmas) {
      double[] values = model.values(state(sigma));
      double[] errors = model.errors(state(sigma));
      for (int i = 0; i < values.length; i++) {
        csv.append(model.model());
        for (double value : new double[] {sigma, m}) {
          csv.append(',').append(ShortestDecimal.of(value));
        }
        csv.append(',').append(model.table().splits().get(i));
        for (double value :
            new double[] {values[i], errors[i], model.table().cleanLogPerplexity()}) {
          csv.append(',').append(ShortestDecimal.of(value));
        }
        csv.append('\n');
      }
    }
  }

  private Path draw(Path folder, Curves model) throws IOException {
    Drawing drawing =
        new Drawing(
            String.format(Locale.ROOT, "%s, m = %s", model.model(), ShortestDecimal.of(m)),
            HORIZONTAL,
            "ln PPL in nats");
    double[] splits = model.splits();
    for (int i = 0; i < sigmas.size(); i++) {
      double[] values = model.values(state(sigmas.get(i)));
      double[] errors = model.errors(state(sigmas.get(i)));
      double[] low = new double[values.length];
      double[] high = new double[values.length];
      for (int split = 0; split < values.length; split++) {
        low[split] = values[split] - 2 * errors[split];
        high[split] = values[split] + 2 * errors[split];
      }
      String name = "sigma = " + ShortestDecimal.of(sigmas.get(i));
      drawing.band(name, splits, low, high, Drawing.colour(i));
      drawing.line(name, splits, values, Drawing.colour(i));
    }
    drawing.level("no channel", splits, model.table().cleanLogPerplexity(), java.awt.Color.BLACK);
    return FigureFiles.write(folder, NAME + "-" + model.model(), drawing.chart()).get(0);
  }

  private Path drawTogether(Path folder, List<Curves> models) throws IOException {
    Drawing drawing =
        new Drawing(
            String.format(
                Locale.ROOT,
                "All models, sigma = %s, m = %s",
                ShortestDecimal.of(middle()),
                ShortestDecimal.of(m)),
            "share p / L of the layers on the user equipment",
            "ln PPL lost to the channel, in nats");
    for (int i = 0; i < models.size(); i++) {
      Curves model = models.get(i);
      double layers = model.setting().layers();
      double clean = model.table().cleanLogPerplexity();
      double[] shares =
          model.table().splits().stream().mapToDouble(split -> split / layers).toArray();
      double[] lost = model.values(state(middle()));
      for (int split = 0; split < lost.length; split++) {
        lost[split] -= clean;
      }
      drawing.line(model.model(), shares, lost, Drawing.colour(i));
    }
    return FigureFiles.write(folder, NAME + "-all", drawing.chart()).get(0);
  }

  private String finding(Curves model) {
    double[] splits = model.splits();
    double[] values = model.values(state(middle()));
    double clean = model.table().cleanLogPerplexity();
    int best = 0;
    int worst = 0;
    int harmless = -1;
    for (int i = 0; i < values.length; i++) {
      best = values[i] < values[best] ? i : best;
      worst = values[i] > values[worst] ? i : worst;
      if (harmless < 0 && values[i] - clean < HARMLESS) {
        harmless = i;
      }
    }
    double correlation =
        splits.length < 2 ? Double.NaN : new SpearmansCorrelation().correlation(splits, values);
    return String.format(
        Locale.ROOT,
        "%s at sigma = %s: the most is lost at split %.0f, %.2f nats over %.2f without a channel, the"
            + " least at split %.0f, %.2f nats%s. %s (rank correlation of ln PPL with the split %.2f).",
        model.model(),
        ShortestDecimal.of(middle()),
        splits[worst],
        values[worst] - clean,
        clean,
        splits[best],
        values[best] - clean,
        harmless < 0
            ? "; no split loses less than " + HARMLESS
            : String.format(
                Locale.ROOT,
                "; from split %.0f on there are some below %s",
                splits[harmless],
                HARMLESS),
        correlation < -0.5
            ? "A deeper split bears more, as the paper's moving away from the input needs"
            : "A deeper split doesn't clearly bear more, unlike what the paper's moving away from the"
                + " input needs",
        correlation);
  }

  private String together(List<Curves> models) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "A sigma is a multiple of each model's own noise unit under fading-awgn, four times the"
                    + " root mean square of its hidden state after layer 1: models are compared under"
                    + " noise of that size, not of one radio. Lost in the middle of the layers at sigma"
                    + " = %s:",
                ShortestDecimal.of(middle())));
    for (Curves model : models) {
      int split = model.table().splits().get(model.table().splits().size() / 2);
      text.append(
          String.format(
              Locale.ROOT,
              " %s %.2f nats at split %d of %d;",
              model.model(),
              model.table().expectedLogPerplexity(state(middle()), split)
                  - model.table().cleanLogPerplexity(),
              split,
              model.setting().layers()));
    }
    text.setCharAt(text.length() - 1, '.');
    return text.toString();
  }
}
