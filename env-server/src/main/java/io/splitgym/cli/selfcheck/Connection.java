package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** A way to ask a server. Not safe for use by several threads at once. */
interface Connection extends AutoCloseable {
  /**
   * Asks and waits for the answer.
   *
   * @throws IOException if the server can't be reached, or refuses
   */
  Reply ask(Ask ask) throws IOException, InterruptedException;

  @Override
  void close();

  /**
   * What came back.
   *
   * @param bytes as they came
   * @param body what they say, null for nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by those who know
  record Reply(byte[] bytes, JsonNode body) {}
}
