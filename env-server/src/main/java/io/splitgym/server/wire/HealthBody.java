package io.splitgym.server.wire;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/** That the server answers, and which it is. */
@JsonPropertyOrder({"status", "name", "version"})
public record HealthBody(String status, String name, String version) {
  public static HealthBody healthy(String version) {
    return new HealthBody("healthy", "splitgym", version);
  }
}
