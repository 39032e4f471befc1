package io.splitgym.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelDynamics.GaussMarkov;
import io.splitgym.channel.ChannelDynamics.ReferenceDrift;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.Erasure;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.reward.ObjectiveReward;
import io.splitgym.reward.ReferenceReward;
import io.splitgym.validation.InvalidValueException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SplitInferenceParametersTest {
  private static final int LAYERS = 30;

  @Test
  void theDefaultsAreThoseOfTheContract() {
    assertThat(SplitInferenceParameters.of(Preset.DEFAULT, LAYERS))
        .isEqualTo(
            new SplitInferenceParameters(
                new Moves(5),
                new ObjectiveReward(1, 1),
                new ChannelDynamics.Static(),
                new ChannelRanges(new Range(0, 0.3), new Range(0.5, 10)),
                new SplitRange(1, 29),
                new SplitRange(1, 29),
                10,
                EpisodeEnd.TRUNCATED,
                false,
                false));
    assertThat(Preset.DEFAULT.channel()).isEqualTo(FadingAwgn.NAME);
  }

  @Test
  void theReferencePresetIsTheReleasedCode() {
    assertThat(SplitInferenceParameters.of(Preset.REFERENCE, LAYERS))
        .isEqualTo(
            new SplitInferenceParameters(
                new Moves(5),
                new ReferenceReward(true),
                new ReferenceDrift(),
                new ChannelRanges(new Range(0.01, 0.3), new Range(1, 1)),
                new SplitRange(1, 10),
                new SplitRange(1, 9),
                5,
                EpisodeEnd.TERMINATED,
                false,
                false));
    assertThat(Preset.REFERENCE.channel()).isEqualTo(Erasure.NAME);
    assertThat(
            SplitInferenceParameters.from(Preset.REFERENCE, Map.of("actions", 9), LAYERS).actions())
        .isEqualTo(new Moves(9));
  }

  @ParameterizedTest
  @CsvSource({"LOW, 0.01, 0.15", "HIGH, 0.15, 0.3", "ALL, 0.01, 0.3"})
  void theCasesOfThePaperDifferInSigmaAlone(Preset preset, double low, double high) {
    SplitInferenceParameters standard = SplitInferenceParameters.of(Preset.DEFAULT, LAYERS);

    assertThat(SplitInferenceParameters.of(preset, LAYERS))
        .isEqualTo(
            new SplitInferenceParameters(
                standard.actions(),
                standard.reward(),
                standard.dynamics(),
                new ChannelRanges(new Range(low, high), standard.ranges().m()),
                standard.splits(),
                standard.starts(),
                standard.episodeSteps(),
                standard.endsAs(),
                false,
                false));
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void aPresetIsFoundByItsId(Preset preset) {
    assertThat(Preset.ofId(preset.id())).isEqualTo(preset);
  }

  @Test
  void anUnknownPresetIsRefusedWithTheKnownOnes() {
    InvalidValueException refusal =
        catchThrowableOfType(InvalidValueException.class, () -> Preset.ofId("M"));

    assertThat(refusal)
        .hasMessage("preset is M, must be one of default, reference, L, H, A, varying");
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void settingsReadBackGiveTheSameParameters(Preset preset) {
    SplitInferenceParameters parameters = SplitInferenceParameters.of(preset, LAYERS);

    assertThat(SplitInferenceParameters.from(Preset.DEFAULT, parameters.settings(), LAYERS))
        .isEqualTo(parameters);
    List<String> names = new ArrayList<>(SplitInferenceParameters.names());
    // these are the moves that the number of actions stands for
    names.remove("moves");
    assertThat(parameters.settings()).containsOnlyKeys(names);
  }

  @ParameterizedTest
  @MethodSource("actionChoices")
  void otherActionsReadBackToo(Map<String, Object> chosen, ActionSet actions) {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.REFERENCE, chosen, LAYERS);

    assertThat(parameters.actions()).isEqualTo(actions);
    assertThat(parameters.settings()).containsAllEntriesOf(chosen);
    assertThat(SplitInferenceParameters.from(Preset.DEFAULT, parameters.settings(), LAYERS))
        .isEqualTo(parameters);
  }

  static Stream<Arguments> actionChoices() {
    return Stream.of(
        Arguments.of(Map.of("actionKind", "splits"), new AbsoluteSplits(new SplitRange(1, 10))),
        Arguments.of(
            Map.of("moves", List.of(0, -1, 1, 2, 4), "actionMask", true),
            new Moves(List.of(0, -1, 1, 2, 4))),
        Arguments.of(Map.of("actions", 9, "observeStepsLeft", true), new Moves(9)));
  }

  @Test
  void actionsOfOneKindLeaveNoRoomForAnother() {
    for (Map<String, Object> both :
        List.<Map<String, Object>>of(
            Map.of("actions", 5, "moves", List.of(0, 1)),
            Map.of("actions", 5, "actionKind", "splits"),
            Map.of("moves", List.of(0, 1), "actionKind", "splits"))) {
      assertThatThrownBy(() -> SplitInferenceParameters.from(Preset.DEFAULT, both, LAYERS))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("left out where");
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "5, 1", "6, 2", "12, 4", "30, 10", "33, 11"})
  void sevenActionsCanCrossTheRangeInADefaultEpisode(int layers, int steps) {
    assertThat(SplitInferenceParameters.of(Preset.DEFAULT, layers).episodeSteps()).isEqualTo(steps);
  }

  @Test
  void everyParameterCanBeSet() {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(
            Preset.REFERENCE,
            Map.of(
                "actions", 7L,
                "reward", Map.of("kind", "objective", "inferenceWeight", 2, "loadWeight", 0.5),
                "dynamics",
                    Map.of(
                        "kind",
                        "gauss-markov",
                        "correlation",
                        0.5,
                        "sigmaDeviation",
                        0.1,
                        "mDeviation",
                        1),
                "sigmaRange", List.of(0.1, 0.2),
                "mRange", List.of(1, 2.5),
                "splitRange", List.of(2, 20.0),
                "startSplitRange", List.of(3, 4),
                "episodeSteps", 12,
                "endsAs", "truncated"),
            LAYERS);

    assertThat(parameters)
        .isEqualTo(
            new SplitInferenceParameters(
                new Moves(7),
                new ObjectiveReward(2, 0.5),
                new GaussMarkov(0.5, 0.1, 1),
                new ChannelRanges(new Range(0.1, 0.2), new Range(1, 2.5)),
                new SplitRange(2, 20),
                new SplitRange(3, 4),
                12,
                EpisodeEnd.TRUNCATED,
                false,
                false));
  }

  @Test
  void aRewardWithoutAKindChangesThePresetsOwn() {
    assertThat(
            SplitInferenceParameters.from(
                    Preset.REFERENCE, Map.of("reward", Map.of("clip", false)), LAYERS)
                .reward())
        .isEqualTo(new ReferenceReward(false));
    assertThat(
            SplitInferenceParameters.from(
                    Preset.DEFAULT, Map.of("reward", Map.of("loadWeight", 3)), LAYERS)
                .reward())
        .isEqualTo(new ObjectiveReward(1, 3));
  }

  @Test
  void anotherSplitRangeOpensItsWholeToStartsAndSetsTheSteps() {
    SplitInferenceParameters parameters =
        SplitInferenceParameters.from(Preset.DEFAULT, Map.of("splitRange", List.of(5, 12)), LAYERS);

    assertThat(parameters.starts()).isEqualTo(new SplitRange(5, 12));
    assertThat(parameters.episodeSteps()).isEqualTo(3);
    assertThat(
            SplitInferenceParameters.from(
                    Preset.REFERENCE, Map.of("splitRange", List.of(5, 12)), LAYERS)
                .starts())
        .isEqualTo(new SplitRange(5, 12));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("colour", "red", "colour", "red", "absent; known are actions, actionKind"),
        Arguments.of("actions", 4, "actions", "4", "3, 5, 7 or 9"),
        Arguments.of("actions", "5", "actions", "5", "3, 5, 7 or 9"),
        Arguments.of("actionKind", "jumps", "actionKind", "jumps", "one of moves, splits"),
        Arguments.of(
            "moves",
            List.of(1, 1),
            "moves",
            "[1, 1]",
            "1 to 64 different integers in [-10000, 10000]"),
        Arguments.of("actionMask", 1, "actionMask", "1", "true or false"),
        Arguments.of("actions", 5.5, "actions", "5.5", "3, 5, 7 or 9"),
        Arguments.of("actions", 1e300, "actions", "1.0E300", "3, 5, 7 or 9"),
        Arguments.of("reward", "reference", "reward", "reference", "an object"),
        Arguments.of(
            "reward", Map.of("kind", "best"), "reward.kind", "best", "one of objective, reference"),
        Arguments.of(
            "reward",
            Map.of("kind", "reference", "loadWeight", 1),
            "reward.loadWeight",
            "1",
            "absent; known are kind, clip"),
        Arguments.of(
            "reward", Map.of("loadWeight", -1), "reward.loadWeight", "-1", "in [0, 1000000]"),
        Arguments.of(
            "reward",
            Map.of("inferenceWeight", Double.NaN),
            "reward.inferenceWeight",
            "NaN",
            "in [0, 1000000]"),
        Arguments.of(
            "reward",
            Map.of("kind", "reference", "clip", "no"),
            "reward.clip",
            "no",
            "true or false"),
        Arguments.of(
            "dynamics",
            Map.of("kind", "wild"),
            "dynamics.kind",
            "wild",
            "one of static, reference-drift, gauss-markov"),
        Arguments.of(
            "dynamics",
            Map.of("correlation", 0.5),
            "dynamics.correlation",
            "0.5",
            "absent; known are kind"),
        Arguments.of(
            "dynamics",
            Map.of("kind", "gauss-markov", "correlation", 2),
            "dynamics.correlation",
            "2",
            "in [0, 1]"),
        Arguments.of("sigmaRange", List.of(0.3, 0.1), "sigmaRange", "[0.3, 0.1]", "two numbers"),
        Arguments.of("sigmaRange", List.of(0, 1), "sigmaRange", "[0, 1]", "high < 1"),
        Arguments.of("sigmaRange", List.of(0.1), "sigmaRange", "[0.1]", "two numbers"),
        Arguments.of("sigmaRange", 0.1, "sigmaRange", "0.1", "two numbers"),
        Arguments.of("mRange", List.of(0.4, 1), "mRange", "[0.4, 1]", "0.5 <= low"),
        Arguments.of("mRange", Arrays.asList(1, null), "mRange", "[1, null]", "two numbers"),
        Arguments.of(
            "splitRange", List.of(1, 30), "splitRange", "[1, 30]", "high <= 29, the last split"),
        Arguments.of("splitRange", List.of(0, 3), "splitRange", "[0, 3]", "1 <= low"),
        Arguments.of("splitRange", List.of(1.5, 3), "splitRange", "[1.5, 3]", "two integers"),
        Arguments.of(
            "startSplitRange",
            List.of(1, 30),
            "startSplitRange",
            "[1, 30]",
            "within splitRange [1, 29]"),
        Arguments.of("episodeSteps", 0, "episodeSteps", "0", "an integer in [1, 1000000]"),
        Arguments.of("episodeSteps", true, "episodeSteps", "true", "an integer in [1, 1000000]"),
        Arguments.of("endsAs", "done", "endsAs", "done", "one of truncated, terminated"));
  }

  @ParameterizedTest(name = "{0} = {1}")
  @MethodSource("refusals")
  void aRefusalNamesFieldValueAndWhatIsAllowed(
      String name, Object value, String field, String refused, String allowed) {
    InvalidValueException refusal =
        catchThrowableOfType(
            InvalidValueException.class,
            () -> SplitInferenceParameters.from(Preset.DEFAULT, Map.of(name, value), LAYERS));

    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.value()).isEqualTo(refused);
    assertThat(refusal.allowed()).contains(allowed);
  }

  @Test
  void aParameterWithoutAValueIsRefused() {
    InvalidValueException refusal =
        catchThrowableOfType(
            InvalidValueException.class,
            () ->
                SplitInferenceParameters.from(
                    Preset.DEFAULT, Collections.singletonMap("episodeSteps", null), LAYERS));

    assertThat(refusal).hasMessage("episodeSteps is null, must be an integer in [1, 1000000]");
  }

  @Test
  void theReferencePresetIsRefusedForAModelOfTooFewLayers() {
    InvalidValueException refusal =
        catchThrowableOfType(
            InvalidValueException.class, () -> SplitInferenceParameters.of(Preset.REFERENCE, 6));

    assertThat(refusal.field()).isEqualTo("splitRange");
    assertThat(refusal.value()).isEqualTo("[1, 10]");
    assertThat(refusal.allowed()).contains("<= 5, the last split of a model of 6 layers");
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void descriptionsNameEveryParameterAndThePresetsDefaults(Preset preset) {
    List<ParameterDescription> descriptions = SplitInferenceParameters.descriptions(preset);

    assertThat(descriptions)
        .extracting(ParameterDescription::name)
        .doesNotHaveDuplicates()
        .containsAll(SplitInferenceParameters.names());
    Map<String, Object> effective = SplitInferenceParameters.of(preset, LAYERS).settings();
    for (ParameterDescription description : descriptions) {
      boolean formula =
          description.defaultValue() instanceof String && !description.type().equals("string");
      if (effective.containsKey(description.name()) && !formula) {
        assertThat(
                SplitInferenceParameters.from(
                    Preset.DEFAULT, Map.of(description.name(), description.defaultValue()), LAYERS))
            .as(description.name())
            .satisfies(
                read ->
                    assertThat(read.settings().get(description.name()))
                        .isEqualTo(effective.get(description.name())));
      }
    }
  }
}
