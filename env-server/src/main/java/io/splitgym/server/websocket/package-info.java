/** The WebSocket at /v1/ws: the operations of REST as messages, in order, many in flight. */
@NullMarked
package io.splitgym.server.websocket;

import org.jspecify.annotations.NullMarked;
