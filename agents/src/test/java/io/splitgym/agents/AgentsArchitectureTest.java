package io.splitgym.agents;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class AgentsArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.splitgym.agents");

  @Test
  void rl4jAloneSeesDeeplearning4j() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.splitgym.agents.rl4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", "org.nd4j..", "org.datavec..")
        .check(CLASSES);
  }

  @Test
  void picocliStaysInTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.splitgym.agents.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }

  @Test
  void dependenciesPointDownTheTree() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("policy")
        .definedBy("io.splitgym.agents.policy..")
        .layer("learning")
        .definedBy("io.splitgym.agents.learning..")
        .layer("network")
        .definedBy("io.splitgym.agents.network..")
        .layer("rollout")
        .definedBy("io.splitgym.agents.rollout..")
        .layer("ppo")
        .definedBy("io.splitgym.agents.ppo..")
        .layer("a2c")
        .definedBy("io.splitgym.agents.a2c..")
        .layer("dqn")
        .definedBy("io.splitgym.agents.dqn..")
        .layer("rl4j")
        .definedBy("io.splitgym.agents.rl4j..")
        .layer("optimal")
        .definedBy("io.splitgym.agents.optimal..")
        .layer("evaluation")
        .definedBy("io.splitgym.agents.evaluation..")
        .layer("table")
        .definedBy("io.splitgym.agents.table..")
        .layer("modelbased")
        .definedBy("io.splitgym.agents.modelbased..")
        .layer("study")
        .definedBy("io.splitgym.agents.study..")
        .layer("cli")
        .definedBy("io.splitgym.agents.cli..")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("study")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("modelbased")
        .mayOnlyBeAccessedByLayers("study", "cli")
        .whereLayer("evaluation")
        .mayOnlyBeAccessedByLayers("study", "cli")
        .whereLayer("optimal")
        .mayOnlyBeAccessedByLayers("evaluation", "table", "study", "cli")
        .whereLayer("table")
        .mayOnlyBeAccessedByLayers("cli")
        .whereLayer("rl4j")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("ppo")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("a2c")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("dqn")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("rollout")
        .mayOnlyBeAccessedByLayers("ppo", "a2c", "rl4j")
        .whereLayer("network")
        .mayOnlyBeAccessedByLayers("rollout", "ppo", "a2c", "dqn", "modelbased")
        .whereLayer("learning")
        .mayOnlyBeAccessedByLayers(
            "rollout", "ppo", "a2c", "dqn", "rl4j", "modelbased", "study", "cli")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.splitgym.agents.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
