package io.splitgym.server.websocket;

import io.splitgym.registry.MalformedRequestException;
import io.splitgym.server.operation.Call;
import io.splitgym.server.operation.Operation;
import io.splitgym.server.operation.Reply;
import io.splitgym.server.operation.Workers;
import io.splitgym.server.problem.ProblemException;
import io.splitgym.server.problem.Problems;
import io.splitgym.server.wire.AnswerMessage;
import io.splitgym.server.wire.Encoding;
import io.splitgym.validation.InvalidValueException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket. A message takes a slot when it is read and leaves it when its answer is written;
 * answers leave in the order of the slots. No frame is read while all slots are taken, while the
 * messages in them have as many bytes as they may, or while more answers than {@link #MOST_UNSENT}
 * bytes wait for the client to read them: a client that doesn't read is not read from, and holds no
 * thread.
 *
 * <p>What takes microseconds is worked on by the thread that read it. What takes seconds goes to
 * the workers, in a chain for each environment, so that other environments don't wait for it.
 *
 * <p>Fields are guarded by this object's monitor, but for those that only the reading thread uses.
 */
final class Socket implements FrameHandler {
  private static final int MOST_UNSENT = 1 << 20;

  /** How long the other end has to answer a close. */
  private static final Duration PATIENCE_AFTER_CLOSE = Duration.ofSeconds(5);

  /** Before the token came, a message may be as large as a hello needs. */
  private static final int MOST_BEFORE_HELLO = 4_096;

  private final Dispatcher dispatcher;
  private final String client;
  private final Set<Socket> open;

  // the reading thread's own
  private @Nullable ByteArrayOutputStream pieces;
  private byte messageOpCode;
  private boolean admitted;

  private final Deque<Slot> slots = new ArrayDeque<>();
  private final Map<String, CompletableFuture<Reply>> tails = new HashMap<>();
  private @Nullable CoreSession session;
  private long inFlight;
  private int unsent;
  private boolean wantsFrame;
  private @Nullable CloseCode closing;
  private String closingReason = "";
  private boolean closed;
  private long closeSent;

  private final long opened = System.nanoTime();
  private volatile long heard = opened;
  private volatile long asked = opened;
  private volatile long pinged = opened;
  private volatile long sent = opened;

  /**
   * @param client who is at the other end
   * @param admitted whether a token is no longer needed
   * @param open where it is as long as it lasts
   */
  Socket(Dispatcher dispatcher, String client, boolean admitted, Set<Socket> open) {
    this.dispatcher = dispatcher;
    this.client = client;
    this.admitted = admitted;
    this.open = open;
  }

  @Override
  public void onOpen(CoreSession core, Callback callback) {
    synchronized (this) {
      session = core;
    }
    open.add(this);
    callback.succeeded();
    core.demand();
  }

  @Override
  public void onFrame(Frame frame, Callback callback) {
    heard = System.nanoTime();
    switch (frame.getOpCode()) {
      case OpCode.PING -> {
        ByteBuffer echo = BufferUtil.copy(frame.getPayload());
        callback.succeeded();
        // the next frame is asked for once the pong is out, so that pings can't pile up
        send(new Frame(OpCode.PONG, echo), Callback.from(this::demand, failure -> {}));
      }
      case OpCode.PONG -> {
        callback.succeeded();
        demand();
      }
      case OpCode.CLOSE -> callback.succeeded();
      default -> {
        byte[] whole = assembled(frame);
        callback.succeeded();
        if (whole != null) {
          asked = heard;
          take(messageOpCode, whole);
        }
        demandWhereThereIsRoom();
      }
    }
  }

  @Override
  public void onError(Throwable cause, Callback callback) {
    callback.succeeded();
  }

  @Override
  public void onClosed(CloseStatus status, Callback callback) {
    synchronized (this) {
      closed = true;
      slots.clear();
      tails.clear();
    }
    open.remove(this);
    callback.succeeded();
  }

  /** Reads no more, answers what was read, and closes; at once if all is answered. */
  void closeOnceAnswered(CloseCode code, String reason) {
    synchronized (this) {
      if (closing == null) {
        closing = code;
        closingReason = reason;
      }
    }
    writeAnswers();
  }

  /** Closes without waiting for answers. */
  void close(CloseCode code, String reason) {
    CoreSession core;
    synchronized (this) {
      core = session;
      if (core == null || closed) {
        return;
      }
      closed = true;
      closeSent = System.nanoTime();
    }
    core.close(code.number(), reason, Callback.NOOP);
  }

  /** Looks after the time: asked for now and then, more often than {@link SocketLimits#ping}. */
  void tick(Duration silence) {
    long now = System.nanoTime();
    SocketLimits limits = dispatcher.limits();
    CoreSession core;
    boolean stuck;
    boolean working;
    synchronized (this) {
      core = session;
      stuck =
          unsent > 0 && now - sent > silence.toNanos()
              || closed && now - closeSent > PATIENCE_AFTER_CLOSE.toNanos();
      working = !slots.isEmpty();
    }
    if (core == null) {
      return;
    }
    if (stuck || now - heard > 3 * limits.ping().toNanos() && !paused()) {
      // nobody is there to read a close
      core.abort();
    } else if (!admitted && now - opened > limits.hello().toNanos()) {
      closeOnceAnswered(
          CloseCode.HELLO_TOO_LATE,
          "no hello with a token within " + limits.hello().toSeconds() + " seconds");
    } else if (!working && now - asked > limits.idle().toNanos()) {
      closeOnceAnswered(
          CloseCode.GOING_AWAY, "nothing was asked for " + limits.idle().toSeconds() + " seconds");
    } else if (now - pinged > limits.ping().toNanos()) {
      pinged = now;
      send(new Frame(OpCode.PING), Callback.NOOP);
    }
  }

  private synchronized boolean isClosing() {
    return closing != null || closed;
  }

  /** Whether frames wait unread because of us: pongs are among them. */
  private synchronized boolean paused() {
    return wantsFrame;
  }

  /** The whole message, once its last piece is there; null before, and where it is too large. */
  private byte @Nullable [] assembled(Frame frame) {
    ByteBuffer payload = frame.getPayload();
    int length = payload == null ? 0 : payload.remaining();
    if (frame.getOpCode() != OpCode.CONTINUATION) {
      messageOpCode = frame.getOpCode();
      pieces = null;
    }
    if (isClosing()) {
      return null;
    }
    int most = admitted ? dispatcher.mostBytes() : MOST_BEFORE_HELLO;
    if (length + (pieces == null ? 0 : pieces.size()) > most) {
      pieces = null;
      closeOnceAnswered(CloseCode.TOO_LARGE, "a message has at most " + most + " bytes");
      return null;
    }
    byte[] bytes = payload == null ? new byte[0] : BufferUtil.toArray(payload);
    if (frame.isFin() && pieces == null) {
      return bytes;
    }
    if (pieces == null) {
      pieces = new ByteArrayOutputStream(2 * length);
    }
    pieces.writeBytes(bytes);
    if (!frame.isFin()) {
      return null;
    }
    byte[] whole = pieces.toByteArray();
    pieces = null;
    return whole;
  }

  private void take(byte opCode, byte[] bytes) {
    Slot slot =
        new Slot(opCode, opCode == OpCode.TEXT ? Encoding.JSON : Encoding.CBOR, bytes.length);
    synchronized (this) {
      if (closing != null || closed) {
        return;
      }
      slots.add(slot);
      inFlight += slot.bytes;
    }
    try {
      Map<String, @Nullable Object> fields = dispatcher.reader().object(slot.encoding, bytes);
      slot.id = Message.takeId(fields);
      Message message = Message.of(fields);
      if (message.type().equals(Dispatcher.HELLO)) {
        hello(slot, message);
      } else if (admitted) {
        work(slot, message, bytes.length);
      } else {
        throw ProblemException.unauthorized();
      }
    } catch (RuntimeException e) {
      refuse(slot, e);
    }
  }

  private void hello(Slot slot, Message message) {
    Object token = message.fields().remove("token");
    if (!message.fields().isEmpty()) {
      throw MalformedRequestException.unknownField(
          message.fields().keySet().iterator().next(), List.of("token"));
    }
    if (!admitted) {
      if (!(token instanceof String text) || !dispatcher.gate().isToken(text)) {
        refuse(slot, ProblemException.unauthorized());
        closeOnceAnswered(CloseCode.UNAUTHORIZED, "a token is needed");
        return;
      }
      admitted = true;
    }
    answer(slot, AnswerMessage.result(slot.knownId(), dispatcher.handshake().get()));
  }

  private void work(Slot slot, Message message, int bytes) {
    Operation operation = dispatcher.operation(message.type());
    Call call = dispatcher.call(operation, message, bytes, client);
    String slow = operation.slowBackend().apply(call);
    CompletableFuture<Reply> before = null;
    if (!call.target().isEmpty()) {
      synchronized (this) {
        before = tails.get(call.target());
      }
    }
    if (slow == null && before == null) {
      reply(slot, operation.work().apply(call));
    } else {
      chain(slot, operation, call, slow, before);
    }
  }

  /** Has it worked on elsewhere, once what was asked of the same environment before is done. */
  private void chain(
      Slot slot,
      Operation operation,
      Call call,
      @Nullable String slow,
      @Nullable CompletableFuture<Reply> before) {
    Workers workers = dispatcher.workers();
    CompletableFuture<Reply> mine =
        before == null
            ? begun(workers, operation, call, slow)
            : before
                .handle((reply, failure) -> true)
                .thenCompose(done -> begun(workers, operation, call, slow));
    String target = call.target();
    if (!target.isEmpty()) {
      synchronized (this) {
        tails.put(target, mine);
      }
    }
    CompletableFuture<Void> ended =
        mine.handle(
            (reply, failure) -> {
              synchronized (this) {
                tails.remove(target, mine);
              }
              if (failure == null) {
                reply(slot, reply);
              } else {
                refuse(slot, Workers.asUnchecked(failure));
              }
              return null;
            });
    ended.exceptionally(
        failure -> {
          refuse(slot, Workers.asUnchecked(failure));
          return null;
        });
  }

  private static CompletableFuture<Reply> begun(
      Workers workers, Operation operation, Call call, @Nullable String slow) {
    CompletableFuture<Reply> work = workers.begin(() -> operation.work().apply(call));
    return slow == null ? work : workers.within(slow, work);
  }

  private void reply(Slot slot, Reply reply) {
    answer(slot, AnswerMessage.result(slot.knownId(), reply.body()));
  }

  private void refuse(Slot slot, RuntimeException failure) {
    answer(slot, AnswerMessage.problem(slot.id, Problems.of(failure).body()));
  }

  private void answer(Slot slot, AnswerMessage answer) {
    ByteBuffer bytes = slot.encoding.buffer(answer);
    synchronized (this) {
      slot.answer = bytes;
    }
    writeAnswers();
  }

  /** Sends the answers whose turn it is, and closes where that was asked for and all are sent. */
  private void writeAnswers() {
    synchronized (this) {
      CoreSession core = session;
      if (core == null || closed) {
        return;
      }
      for (Slot next = slots.peek(); next != null && next.answer != null; next = slots.peek()) {
        slots.remove();
        inFlight -= next.bytes;
        ByteBuffer bytes = next.answer;
        int length = bytes.remaining();
        if (unsent == 0) {
          sent = System.nanoTime();
        }
        unsent += length;
        core.sendFrame(
            new Frame(next.opCode, true, bytes),
            Callback.from(() -> written(length), failure -> written(length)),
            false);
      }
      CloseCode code = closing;
      if (code != null && slots.isEmpty()) {
        closed = true;
        closeSent = System.nanoTime();
        core.close(code.number(), closingReason, Callback.NOOP);
        return;
      }
    }
    resume();
  }

  private void written(int bytes) {
    synchronized (this) {
      unsent -= bytes;
      sent = System.nanoTime();
    }
    resume();
  }

  private void demandWhereThereIsRoom() {
    synchronized (this) {
      wantsFrame = true;
    }
    resume();
  }

  /** Asks for the next frame if one is wanted and there is room for what it brings. */
  private void resume() {
    CoreSession core;
    synchronized (this) {
      if (!wantsFrame
          || slots.size() >= dispatcher.limits().inFlight()
          || inFlight >= dispatcher.limits().bytesInFlight()
          || unsent > MOST_UNSENT) {
        return;
      }
      core = session;
      wantsFrame = false;
      // while nothing was read, nothing could be heard
      heard = System.nanoTime();
    }
    if (core != null && core.isInputOpen()) {
      core.demand();
    }
  }

  private void demand() {
    CoreSession core;
    synchronized (this) {
      core = session;
    }
    if (core != null && core.isInputOpen()) {
      core.demand();
    }
  }

  private void send(Frame frame, Callback callback) {
    CoreSession core;
    synchronized (this) {
      core = session;
    }
    if (core != null) {
      core.sendFrame(frame, callback, false);
    }
  }

  /** A message's place in the line of answers. */
  private static final class Slot {
    private final byte opCode;
    private final Encoding encoding;
    private final int bytes;
    private @Nullable Long id;
    private @Nullable ByteBuffer answer;

    Slot(byte opCode, Encoding encoding, int bytes) {
      this.bytes = bytes;
      this.opCode = opCode;
      this.encoding = encoding;
    }

    long knownId() {
      if (id == null) {
        throw new InvalidValueException("id", null, "an integer");
      }
      return id;
    }
  }
}
