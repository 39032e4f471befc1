package io.splitgym.cli.selfcheck;

import java.util.Locale;

/** A way over which a server can be asked. */
enum Route {
  REST_JSON(Form.JSON, false),
  REST_CBOR(Form.CBOR, false),
  SOCKET_JSON(Form.JSON, true),
  SOCKET_CBOR(Form.CBOR, true);

  private final Form form;
  private final boolean socket;

  Route(Form form, boolean socket) {
    this.form = form;
    this.socket = socket;
  }

  Form form() {
    return form;
  }

  boolean isSocket() {
    return socket;
  }

  /** For people. */
  String text() {
    return (socket ? "WebSocket " : "REST ") + form.name().toUpperCase(Locale.ROOT);
  }
}
