package io.splitgym.cli;

import io.splitgym.backend.ServedModels;
import java.io.IOException;

/** What this machine has to answer steps with, as a command's options say. */
public final class LocalModels {
  private LocalModels() {}

  /**
   * The surrogates and the LLMs; the caller closes them.
   *
   * @param surrogates files of fitted ones that take the place of the shipped ones
   * @throws IOException if one of them can't be read
   */
  public static ServedModels open(
      ModelsOption models, DataOption data, PrecisionOption precision, SurrogatesOption surrogates)
      throws IOException {
    return new ServedModels(
        new LlmEvaluators(),
        models.store(),
        data.folder(),
        data.measurements(),
        surrogates.read(),
        ServedModels.DEFAULT_SETTINGS,
        () -> precision.in(data));
  }
}
