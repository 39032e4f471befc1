package io.splitgym.decoder;

import io.splitgym.checkpoint.hub.RealModel;
import java.io.IOException;

/**
 * Gemma 3 270M, whose text begins with a token of its own. Skipped where nobody pulled it, since
 * taking its terms of use is a person's to do.
 */
class Gemma3AgreementTest extends ReferenceAgreement {
  Gemma3AgreementTest() throws IOException {
    super("gemma3-270m", RealModel.gemma3());
  }
}
