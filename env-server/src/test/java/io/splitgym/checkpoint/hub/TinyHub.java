package io.splitgym.checkpoint.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A hub on this machine that gives every file the same bytes. */
final class TinyHub implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);

  private TinyHub(Answer answer) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          requests.add(exchange.getRequestURI().getPath());
          try (exchange) {
            answer.to(exchange, closing);
          }
        });
    server.start();
  }

  static TinyHub giving(byte[] bytes) throws IOException {
    return new TinyHub(
        (exchange, closing) -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
        });
  }

  static TinyHub answering(int status) throws IOException {
    return new TinyHub((exchange, closing) -> exchange.sendResponseHeaders(status, -1));
  }

  /** Promises all bytes, sends the first half and then nothing more until it is closed. */
  static TinyHub stoppingHalfway(byte[] bytes) throws IOException {
    return new TinyHub(
        (exchange, closing) -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
          exchange.getResponseBody().flush();
          closing.await();
        });
  }

  /** Promises nothing about the length, sends the first half and ends. */
  static TinyHub truncating(byte[] bytes) throws IOException {
    return new TinyHub(
        (exchange, closing) -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
        });
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  HuggingFaceHub source() {
    return new HuggingFaceHub(base(), Duration.ofSeconds(5), Duration.ofSeconds(5));
  }

  /** The paths that were asked for. */
  List<String> requests() {
    return requests;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private interface Answer {
    void answer(HttpExchange exchange, CountDownLatch closing)
        throws IOException, InterruptedException;

    default void to(HttpExchange exchange, CountDownLatch closing) throws IOException {
      try {
        answer(exchange, closing);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
