package io.splitgym.server.openenv;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket. Its messages are answered one after the other on a worker's thread, so that pings
 * are answered while a step takes its time. While as many messages wait as may, no more are read;
 * an answer is written before the next message is looked at. So neither end can flood the other.
 */
public final class Connection implements Session.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int MOST_OUTGOING_FRAMES = 16;

  private final Conversation conversation;
  private final Sockets sockets;
  private final Executor workers;
  private final int longestMessage;
  private final int mostWaiting;
  private final Deque<Supplier<CompletableFuture<Reply>>> waiting = new ArrayDeque<>();
  private @Nullable Session session;
  private boolean reading;
  private boolean stopping;
  private boolean ended;
  private volatile boolean working;
  private volatile long lastHeard = System.nanoTime();

  /**
   * @param workers where answers are worked on
   * @param longestMessage the most bytes of a message
   * @param mostWaiting messages that may wait for their answers; of more, none is read
   */
  Connection(
      Conversation conversation,
      Sockets sockets,
      Executor workers,
      int longestMessage,
      int mostWaiting) {
    this.conversation = conversation;
    this.sockets = sockets;
    this.workers = workers;
    this.longestMessage = longestMessage;
    this.mostWaiting = mostWaiting;
  }

  @Override
  public void onWebSocketOpen(Session opened) {
    opened.setMaxTextMessageSize(longestMessage);
    opened.setMaxBinaryMessageSize(longestMessage);
    opened.setMaxFrameSize(longestMessage);
    opened.setMaxOutgoingFrames(MOST_OUTGOING_FRAMES);
    // Jetty would count what is written as a sign of life, and a half-open socket takes writes.
    opened.setIdleTimeout(Duration.ZERO);
    synchronized (this) {
      session = opened;
    }
    sockets.add(this);
    submit(conversation::open);
  }

  @Override
  public void onWebSocketText(String message) {
    lastHeard = System.nanoTime();
    synchronized (this) {
      reading = false;
    }
    submit(() -> conversation.answer(message));
  }

  @Override
  public void onWebSocketBinary(ByteBuffer payload, Callback callback) {
    callback.succeed();
    synchronized (this) {
      reading = false;
    }
    Reply error = Reply.error(ErrorCode.SESSION_ERROR, "messages are text, in JSON", Map.of());
    Reply last = new Reply(error.text(), Reply.UNSUPPORTED_DATA);
    submit(() -> CompletableFuture.completedFuture(last));
  }

  @Override
  public void onWebSocketPong(ByteBuffer payload) {
    lastHeard = System.nanoTime();
    synchronized (this) {
      reading = false;
    }
    readOn();
  }

  @Override
  public void onWebSocketClose(int statusCode, String reason, Callback callback) {
    end();
    callback.succeed();
  }

  @Override
  public void onWebSocketError(Throwable cause) {
    end();
  }

  /**
   * Looks whether somebody is there, and asks.
   *
   * @param patience nanoseconds after which a peer that said nothing, not even pong, is gone
   */
  void check(long patience) {
    Session present;
    synchronized (this) {
      present = session;
    }
    if (present == null) {
      return;
    }
    if (!working && System.nanoTime() - lastHeard > patience) {
      present.disconnect();
      end();
      return;
    }
    conversation.touch();
    present.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
  }

  /** Reads no more, answers what was read, and stops. */
  void stopOnceAnswered() {
    boolean idle;
    synchronized (this) {
      stopping = true;
      idle = waiting.isEmpty();
    }
    if (idle) {
      stop();
    }
  }

  /** Says that the server stops, and frees the environment. */
  void stop() {
    Session present;
    synchronized (this) {
      present = session;
    }
    if (present == null) {
      end();
    } else {
      present.close(
          Reply.GOING_AWAY, "the server is stopping", Callback.from(this::end, failure -> end()));
    }
  }

  private void submit(Supplier<CompletableFuture<Reply>> work) {
    boolean first;
    synchronized (this) {
      if (ended) {
        return;
      }
      waiting.add(work);
      first = waiting.size() == 1;
    }
    if (first) {
      hand();
    }
    readOn();
  }

  /** Asks for the next frame, unless enough messages wait. */
  private void readOn() {
    Session present;
    synchronized (this) {
      if (reading || stopping || ended || waiting.size() >= mostWaiting || session == null) {
        return;
      }
      reading = true;
      present = session;
    }
    present.demand();
  }

  private void hand() {
    try {
      workers.execute(this::work);
    } catch (RejectedExecutionException e) {
      // The server stops, and closes this connection in a moment.
    }
  }

  private void work() {
    Supplier<CompletableFuture<Reply>> next;
    Session present;
    synchronized (this) {
      next = waiting.peek();
      present = session;
    }
    if (next == null || present == null) {
      return;
    }
    working = true;
    var unused =
        next.get()
            .handle(
                (reply, failure) -> {
                  lastHeard = System.nanoTime();
                  working = false;
                  if (failure == null) {
                    say(present, reply);
                  } else {
                    LOG.error("a conversation broke off", failure);
                    present.close(Reply.SERVER_ERROR, null, Callback.NOOP);
                    end();
                  }
                  return null;
                });
  }

  private void say(Session present, Reply reply) {
    if (reply.text() == null) {
      sent(present, reply);
    } else {
      present.sendText(reply.text(), Callback.from(() -> sent(present, reply), failure -> end()));
    }
  }

  private void sent(Session present, Reply reply) {
    if (reply.closeCode() != 0) {
      end();
      present.close(reply.closeCode(), null, Callback.NOOP);
      return;
    }
    boolean more;
    boolean last;
    synchronized (this) {
      waiting.poll();
      more = !waiting.isEmpty();
      last = stopping && !more;
    }
    if (last) {
      stop();
    }
    if (more) {
      hand();
    }
    readOn();
  }

  /** Frees the environment, once; whoever is gone isn't answered any more. */
  private void end() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      waiting.clear();
    }
    sockets.remove(this);
    try {
      // Freeing waits for a step that is being worked on, and this may be the reading thread.
      workers.execute(conversation::close);
    } catch (RejectedExecutionException e) {
      conversation.close();
    }
  }
}
