package io.splitgym.agents.cli;

import io.splitgym.backend.ServedModels;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.HiddenStatesOption;
import io.splitgym.cli.LocalModels;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.surrogate.SurrogateModel;
import java.io.IOException;
import java.util.List;

/**
 * Where perplexities come from, until closed.
 *
 * @param closing frees what the models hold
 */
record OpenModels(PerplexityModels models, Runnable closing) implements AutoCloseable {
  /** How a command gets at them. */
  @FunctionalInterface
  interface Opener {
    OpenModels open(
        ModelsOption models,
        DataOption data,
        PrecisionOption precision,
        HiddenStatesOption hiddenStates,
        List<SurrogateModel> fitted)
        throws IOException;
  }

  /**
   * The surrogates and the LLMs in the models folder.
   *
   * @param fitted take the place of the shipped ones of their channels
   */
  static OpenModels ofThisMachine(
      ModelsOption models,
      DataOption data,
      PrecisionOption precision,
      HiddenStatesOption hiddenStates,
      List<SurrogateModel> fitted)
      throws IOException {
    ServedModels served = LocalModels.open(models, data, precision, hiddenStates, fitted);
    return new OpenModels(served, served::close);
  }

  @Override
  public void close() {
    closing.run();
  }
}
