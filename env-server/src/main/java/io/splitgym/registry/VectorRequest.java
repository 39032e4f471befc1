package io.splitgym.registry;

import io.splitgym.environment.AutoresetMode;
import io.splitgym.validation.Require;

/**
 * What a vector of environments is asked to be.
 *
 * @param each what each of them is; environment i has the seed of the request plus i
 * @param count how many there are
 */
public record VectorRequest(EnvironmentRequest each, int count, AutoresetMode autoreset) {
  /** The name under which a request gives the count. */
  public static final String COUNT = "numEnvs";

  /** The name under which a request gives the autoreset mode. */
  public static final String AUTORESET = "autoreset";

  public VectorRequest {
    Require.positive(COUNT, count);
  }
}
