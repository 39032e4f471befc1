package io.splitgym.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a command prints: a table for people, or one JSON document and nothing else. */
public final class OutputOption {
  private static final ObjectMapper JSON = ResultJson.mapper();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--json",
      description = "Print one JSON document on standard output and nothing else there.")
  private boolean json;

  /** Whether JSON was asked for. */
  public boolean json() {
    return json;
  }

  /**
   * Prints the result in the form that was asked for.
   *
   * @param document what Jackson turns into the JSON document
   * @param text what people read
   */
  public void print(Object document, String text) {
    PrintWriter out = command.commandLine().getOut();
    out.println(json ? json(document) : text);
    out.flush();
  }

  /** The JSON document that stands for a result. */
  static String json(Object document) {
    try {
      return JSON.writeValueAsString(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result has no JSON form: " + document, e);
    }
  }
}
