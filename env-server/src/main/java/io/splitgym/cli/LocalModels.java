package io.splitgym.cli;

import io.splitgym.backend.ServedModels;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.util.List;

/** What this machine has to answer steps with, as a command's options say. */
public final class LocalModels {
  private LocalModels() {}

  /**
   * The surrogates and the LLMs; the caller closes them.
   *
   * @param fitted surrogates that take the place of the shipped ones
   * @throws IOException if the models folder can't be looked at
   */
  public static ServedModels open(
      ModelsOption models,
      DataOption data,
      PrecisionOption precision,
      HiddenStatesOption hiddenStates,
      List<SurrogateModel> fitted)
      throws IOException {
    return new ServedModels(
        new LlmEvaluators(),
        models.store(),
        data.folder(),
        data.measurements(),
        fitted,
        ServedModels.DEFAULT_SETTINGS,
        () -> precision.in(data),
        hiddenStates.bounds(),
        ServedModels.LOADING_PATIENCE);
  }
}
