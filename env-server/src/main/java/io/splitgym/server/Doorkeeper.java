package io.splitgym.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hangs up on who holds connections without using them: one address that has too many, and a header
 * that trickles in. To Jetty a connection is idle only while no byte comes, so that one byte now
 * and then would keep it for ever. Requests pay nothing for it: it looks round now and then.
 */
final class Doorkeeper extends AbstractLifeCycle
    implements SelectorManager.AcceptListener, Connection.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);
  private static final int LOOKS_A_HEADER = 4;

  private final ConnectionLimits limits;
  private final ScheduledExecutorScheduler clock =
      new ScheduledExecutorScheduler("doorkeeper", true);
  private final ConcurrentMap<SelectableChannel, InetAddress> from = new ConcurrentHashMap<>();
  private final ConcurrentMap<InetAddress, Integer> ofClients = new ConcurrentHashMap<>();
  private final ConcurrentMap<HttpConnection, Reading> reading = new ConcurrentHashMap<>();

  Doorkeeper(ConnectionLimits limits) {
    this.limits = limits;
  }

  @Override
  protected void doStart() throws Exception {
    clock.start();
    again();
  }

  @Override
  protected void doStop() throws Exception {
    clock.stop();
  }

  @Override
  public void onAccepted(SelectableChannel channel) {
    InetAddress address = addressOf(channel);
    if (address != null && from.putIfAbsent(channel, address) == null) {
      ofClients.merge(address, 1, Integer::sum);
    }
  }

  @Override
  public void onClosed(SelectableChannel channel) {
    InetAddress address = from.remove(channel);
    if (address != null) {
      ofClients.computeIfPresent(address, (name, count) -> count > 1 ? count - 1 : null);
    }
  }

  @Override
  public void onOpened(Connection connection) {
    SocketAddress remote = connection.getEndPoint().getRemoteSocketAddress();
    if (remote instanceof InetSocketAddress known
        && ofClients.getOrDefault(known.getAddress(), 0) > limits.ofOneClient()) {
      LOG.debug("{} has more connections than one client may", known.getAddress());
      connection.getEndPoint().close();
    } else if (connection instanceof HttpConnection http) {
      reading.put(http, new Reading());
    }
  }

  @Override
  public void onClosed(Connection connection) {
    if (connection instanceof HttpConnection http) {
      reading.remove(http);
    }
  }

  private static @Nullable InetAddress addressOf(SelectableChannel channel) {
    return channel instanceof SocketChannel socket ? socket.socket().getInetAddress() : null;
  }

  private void again() {
    var unused =
        clock.schedule(
            this::lookRound,
            Math.max(1, limits.header().toMillis() / LOOKS_A_HEADER),
            TimeUnit.MILLISECONDS);
  }

  /** A failure with one connection must not end the watch over the others. */
  private void lookRound() {
    long now = System.nanoTime();
    for (Map.Entry<HttpConnection, Reading> entry : reading.entrySet()) {
      try {
        if (entry.getValue().takesLongerThan(limits.header().toNanos(), entry.getKey(), now)) {
          LOG.debug("a header took longer than {}", limits.header());
          entry.getKey().getEndPoint().close();
        }
      } catch (RuntimeException e) {
        LOG.error("a connection could not be looked after", e);
      }
    }
    if (isRunning() || isStarting()) {
      again();
    }
  }

  /** What the last look saw of a connection; only the looks use it. */
  private static final class Reading {
    private long requests;
    private long bytes;
    private boolean waiting = true;
    private boolean begun;
    private long beginning;

    /** Whether one and the same header has been coming in for longer than that. */
    boolean takesLongerThan(long nanoseconds, HttpConnection connection, long now) {
      long requestsNow = connection.getMessagesIn();
      long bytesNow = connection.getBytesIn();
      boolean waitingNow = connection.getParser().inHeaderState();
      if (!waitingNow || !waiting || requestsNow != requests) {
        begun = false;
        requests = requestsNow;
        bytes = bytesNow;
        waiting = waitingNow;
      } else if (!begun && bytesNow != bytes) {
        begun = true;
        beginning = now;
      }
      return begun && now - beginning > nanoseconds;
    }
  }
}
