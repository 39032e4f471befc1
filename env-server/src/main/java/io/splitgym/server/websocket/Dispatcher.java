package io.splitgym.server.websocket;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.operation.Call;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.RequestLimits;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.rest.Gate;
import io.splitgym.server.wire.BodyReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What all sockets share: the operations by type, who may ask, and how much.
 *
 * @param operations by the type of message that asks for them
 * @param handshake what a hello is answered with
 */
record Dispatcher(
    Map<String, Operation> operations,
    Supplier<Object> handshake,
    Workers workers,
    Gate gate,
    BodyReader reader,
    RequestLimits requests,
    SocketLimits limits,
    int mostBytes) {
  static final String HELLO = "hello";

  static Dispatcher of(
      List<Operation> operations,
      Supplier<Object> handshake,
      Workers workers,
      Gate gate,
      RequestLimits requests,
      SocketLimits limits,
      int vectorSize) {
    Map<String, Operation> byType = new TreeMap<>();
    operations.forEach(operation -> byType.put(operation.type(), operation));
    return new Dispatcher(
        byType,
        handshake,
        workers,
        gate,
        new BodyReader(requests.depth()),
        requests,
        limits,
        requests.bytesFor(vectorSize));
  }

  /**
   * The operation that a type of message asks for.
   *
   * @throws MalformedRequestException if there is none
   */
  Operation operation(String type) {
    Operation operation = operations.get(type);
    if (operation == null) {
      throw MalformedRequestException.wrongType(
          "type", type, "one of " + HELLO + ", " + String.join(", ", operations.keySet()));
    }
    return operation;
  }

  /**
   * The call that a message stands for.
   *
   * @param bytes how many the message had
   * @throws ProblemException if those were too many for this operation
   */
  Call call(Operation operation, Message message, int bytes, String client) {
    String target = operation.target().isEmpty() ? "" : message.takeTarget(operation.target());
    if (bytes > requests.bodyBytes()) {
      int limit = requests.bytesFor(operation.environments().applyAsInt(target));
      if (bytes > limit) {
        throw ProblemException.bodyTooLarge(limit);
      }
    }
    String key = message.takeIdempotencyKey();
    if (operation.body() == Operation.Body.NONE && !message.fields().isEmpty()) {
      throw MalformedRequestException.unknownField(
          message.fields().keySet().iterator().next(), List.of());
    }
    return new Call(target, message.fields(), key, client);
  }
}
