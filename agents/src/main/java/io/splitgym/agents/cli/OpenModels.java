package io.splitgym.agents.cli;

import io.splitgym.backend.ServedModels;
import io.splitgym.cli.DataOption;
import io.splitgym.cli.LocalModels;
import io.splitgym.cli.ModelsOption;
import io.splitgym.cli.PrecisionOption;
import io.splitgym.cli.SurrogatesOption;
import io.splitgym.registry.PerplexityModels;
import java.io.IOException;

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
        SurrogatesOption surrogates)
        throws IOException;
  }

  /** The shipped surrogates, or those in the files, and the LLMs in the models folder. */
  static OpenModels ofThisMachine(
      ModelsOption models, DataOption data, PrecisionOption precision, SurrogatesOption surrogates)
      throws IOException {
    ServedModels served = LocalModels.open(models, data, precision, surrogates);
    return new OpenModels(served, served::close);
  }

  @Override
  public void close() {
    closing.run();
  }
}
