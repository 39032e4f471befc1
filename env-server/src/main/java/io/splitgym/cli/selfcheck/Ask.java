package io.splitgym.cli.selfcheck;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing to ask a server.
 *
 * @param type of the WebSocket's message
 * @param method of HTTP
 * @param path of HTTP
 * @param target what a message calls the id, and that id; empty where there is none
 * @param fields of the body
 * @param key of the request, if it has one
 */
record Ask(
    String type,
    String method,
    String path,
    Map<String, String> target,
    Map<String, Object> fields,
    @Nullable String key) {
  private static final String SINGLE = "/v1/envs";
  private static final String VECTOR = "/v1/vector-envs";

  static Ask create(Map<String, Object> fields) {
    return new Ask("create", "POST", SINGLE, Map.of(), fields, null);
  }

  static Ask createVector(Map<String, Object> fields) {
    return new Ask("createVector", "POST", VECTOR, Map.of(), fields, null);
  }

  static Ask reset(String id, Map<String, Object> fields) {
    return of("reset", "POST", id, "/reset", fields);
  }

  static Ask step(String id, int action) {
    return of("step", "POST", id, "/step", Map.of("action", action));
  }

  static Ask describe(String id) {
    return of("describe", "GET", id, "", Map.of());
  }

  static Ask duplicate(String id) {
    return of("clone", "POST", id, "/clone", Map.of());
  }

  static Ask save(String id) {
    return of("save", "GET", id, "/state", Map.of());
  }

  static Ask restore(String id, Map<String, Object> state) {
    return of("restore", "PUT", id, "/state", state);
  }

  static Ask delete(String id) {
    return of("delete", "DELETE", id, "", Map.of());
  }

  static Ask resetVector(String id, Map<String, Object> fields) {
    return ofVector("resetVector", "POST", id, "/reset", fields);
  }

  static Ask stepVector(String id, int[] actions) {
    return ofVector("stepVector", "POST", id, "/step", Map.of("actions", actions));
  }

  static Ask deleteVector(String id) {
    return ofVector("deleteVector", "DELETE", id, "", Map.of());
  }

  /** The same, under a key. */
  Ask under(String name) {
    return new Ask(type, method, path, target, fields, name);
  }

  private static Ask of(
      String type, String method, String id, String below, Map<String, Object> fields) {
    return new Ask(
        type, method, SINGLE + "/" + id + below, Map.of("environment", id), fields, null);
  }

  private static Ask ofVector(
      String type, String method, String id, String below, Map<String, Object> fields) {
    return new Ask(type, method, VECTOR + "/" + id + below, Map.of("vector", id), fields, null);
  }
}
