package io.splitgym.cli.selfcheck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.util.Map;

/** How bodies are written. */
enum Form {
  JSON("application/json", new ObjectMapper()),
  CBOR("application/cbor", new CBORMapper());

  private final String mediaType;

  @SuppressWarnings("ImmutableEnumChecker") // configured once, here
  private final ObjectMapper mapper;

  Form(String mediaType, ObjectMapper mapper) {
    this.mediaType = mediaType;
    this.mapper = mapper;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] bytes(Map<String, ?> body) throws IOException {
    return mapper.writeValueAsBytes(body);
  }

  JsonNode read(byte[] bytes) throws IOException {
    return bytes.length == 0 ? MissingNode.getInstance() : mapper.readTree(bytes);
  }
}
