package io.splitgym.cli.load;

import java.io.IOException;

/** Something that is asked again and again over one connection. */
interface Exchange {
  /**
   * Has the next answer.
   *
   * @return the nanoseconds that it took; below 0 for an answer that is no step's, but a reset's
   */
  long next() throws IOException;
}
