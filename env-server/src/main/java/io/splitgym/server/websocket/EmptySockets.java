package io.splitgym.server.websocket;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.Configuration;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeRequest;
import org.eclipse.jetty.websocket.core.server.ServerUpgradeResponse;
import org.eclipse.jetty.websocket.core.server.WebSocketNegotiator;
import org.jspecify.annotations.Nullable;

/**
 * WebSockets with nothing behind them, on the same frames as {@link Sockets}: a message begins with
 * a decimal number and a space, and is answered with so many bytes of no meaning.
 */
public final class EmptySockets {
  private static final int MOST_BYTES = 1 << 28;

  private EmptySockets() {}

  /** What takes the requests for a WebSocket out of a server's line of handlers. */
  public static Handler.Wrapper handler() {
    return Sockets.upgrading(new Negotiator());
  }

  private static final class Negotiator implements WebSocketNegotiator {
    @Override
    public FrameHandler negotiate(
        ServerUpgradeRequest request, ServerUpgradeResponse response, Callback callback) {
      response.setExtensions(List.of());
      return new EmptySocket();
    }

    @Override
    public void customize(Configuration configuration) {
      Sockets.customize(configuration);
    }
  }

  /** Jetty calls it from one thread at a time. */
  private static final class EmptySocket implements FrameHandler {
    private @Nullable CoreSession session;
    private byte opCode;
    private long wanted;
    private boolean reading;
    private byte[] answer = new byte[0];

    @Override
    public void onOpen(CoreSession core, Callback callback) {
      session = core;
      callback.succeeded();
      core.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
      CoreSession core = session;
      if (core == null || frame.getOpCode() == OpCode.CLOSE) {
        callback.succeeded();
        return;
      }
      if (frame.getOpCode() == OpCode.TEXT || frame.getOpCode() == OpCode.BINARY) {
        opCode = frame.getOpCode();
        wanted = 0;
        reading = true;
      }
      read(frame.getPayload());
      callback.succeeded();
      if (frame.isDataFrame() && frame.isFin()) {
        core.sendFrame(
            new Frame(opCode, true, ByteBuffer.wrap(bytes((int) wanted))), Callback.NOOP, false);
      }
      core.demand();
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
      callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
      callback.succeeded();
    }

    private void read(@Nullable ByteBuffer payload) {
      while (reading && payload != null && payload.hasRemaining()) {
        int digit = payload.get() - '0';
        reading = digit >= 0 && digit <= 9 && wanted < MOST_BYTES / 10;
        wanted = reading ? 10 * wanted + digit : wanted;
      }
    }

    private byte[] bytes(int count) {
      if (answer.length != count) {
        answer = new byte[count];
        Arrays.fill(answer, (byte) '0');
      }
      return answer;
    }
  }
}
