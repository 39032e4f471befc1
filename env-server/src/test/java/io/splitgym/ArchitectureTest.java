package io.splitgym;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The package tree of ARCHITECTURE.md, held against the code. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.splitgym");

  @Test
  void dependenciesPointDownTheTree() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .withOptionalLayers(true)
        .layer("validation")
        .definedBy("io.splitgym.validation..")
        .layer("extension")
        .definedBy("io.splitgym.extension..")
        .layer("random")
        .definedBy("io.splitgym.random..")
        .layer("space")
        .definedBy("io.splitgym.space..")
        .layer("transport")
        .definedBy("io.splitgym.transport..")
        .layer("channel")
        .definedBy("io.splitgym.channel..")
        .layer("reward")
        .definedBy("io.splitgym.reward..")
        .layer("environment")
        .definedBy("io.splitgym.environment..")
        .layer("checkpoint")
        .definedBy("io.splitgym.checkpoint..")
        .layer("matrix")
        .definedBy("io.splitgym.matrix..")
        .layer("surrogate")
        .definedBy("io.splitgym.surrogate..")
        .layer("tokenizer")
        .definedBy("io.splitgym.tokenizer..")
        .layer("decoder")
        .definedBy("io.splitgym.decoder..")
        .layer("split")
        .definedBy("io.splitgym.split..")
        .layer("perplexity")
        .definedBy("io.splitgym.perplexity..")
        .layer("generation")
        .definedBy("io.splitgym.generation..")
        .layer("measurement")
        .definedBy("io.splitgym.measurement..")
        .layer("figure")
        .definedBy("io.splitgym.figure..")
        .layer("fitting")
        .definedBy("io.splitgym.fitting..")
        .layer("registry")
        .definedBy("io.splitgym.registry..")
        .layer("backend")
        .definedBy("io.splitgym.backend..")
        .layer("durability")
        .definedBy("io.splitgym.durability..")
        .layer("recording")
        .definedBy("io.splitgym.recording..")
        .layer("session")
        .definedBy("io.splitgym.session..")
        .layer("server")
        .definedBy("io.splitgym.server..")
        .layer("cli")
        .definedBy("io.splitgym.cli..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("extension")
        .mayOnlyBeAccessedByLayers("channel", "reward", "environment", "registry", "cli")
        .whereLayer("transport")
        .mayOnlyBeAccessedByLayers("channel", "registry", "cli")
        .whereLayer("backend")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("server")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("session")
        .mayOnlyBeAccessedByLayers("server", "cli")
        .whereLayer("durability")
        .mayOnlyBeAccessedByLayers("recording", "session", "server", "cli")
        .whereLayer("recording")
        .mayOnlyBeAccessedByLayers("session", "server", "cli")
        .whereLayer("registry")
        .mayOnlyBeAccessedByLayers("backend", "session", "server", "cli")
        .whereLayer("figure")
        .mayOnlyBeAccessedByLayers("fitting")
        .whereLayer("fitting")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("generation")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("measurement")
        .mayOnlyBeAccessedByLayers("backend", "fitting", "registry", "cli")
        .whereLayer("perplexity")
        .mayOnlyBeAccessedByLayers(
            "backend", "generation", "measurement", "fitting", "registry", "cli")
        .whereLayer("split")
        .mayOnlyBeAccessedByLayers("perplexity", "cli")
        .whereLayer("decoder")
        .mayOnlyBeAccessedByLayers("split", "perplexity", "generation", "backend", "cli")
        .whereLayer("tokenizer")
        .mayOnlyBeAccessedByLayers("perplexity", "generation", "cli")
        .whereLayer("matrix")
        .mayOnlyBeAccessedByLayers("surrogate", "cli")
        .whereLayer("surrogate")
        .mayOnlyBeAccessedByLayers("backend", "fitting", "registry", "cli")
        .whereLayer("checkpoint")
        .mayOnlyBeAccessedByLayers(
            "backend", "surrogate", "tokenizer", "decoder", "perplexity", "fitting", "cli")
        .whereLayer("environment")
        .mayOnlyBeAccessedByLayers("backend", "registry", "session", "server", "cli")
        .whereLayer("reward")
        .mayOnlyBeAccessedByLayers(
            "backend",
            "environment",
            "surrogate",
            "measurement",
            "fitting",
            "registry",
            "server",
            "cli")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.splitgym.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void librariesStayInTheirHomes() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.splitgym.matrix..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.splitgym.tokenizer..", "io.splitgym.decoder..", "io.splitgym.fitting..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages("io.splitgym.server..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.javalin..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages("io.splitgym.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.splitgym.measurement..", "io.splitgym.durability..", "io.splitgym.recording..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.sql..")
        .check(CLASSES);
  }

  @Test
  void nothingKnowsTheAgents() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.splitgym.agents..")
        .check(CLASSES);
  }
}
