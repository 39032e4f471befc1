package io.splitgym.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;

/** Ports for servers that come back where they were. */
public final class FreePort {
  /** Systems hand out ports above these to whoever asks for any, so nobody gets one by chance. */
  private static final int LOWEST = 20_000;

  private static final int COUNT = 10_000;
  private static final int ATTEMPTS = 100;

  private FreePort() {}

  /** One that is free, and that no other process is given while its server is away. */
  public static int find() throws IOException {
    SecureRandom random = new SecureRandom();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = LOWEST + random.nextInt(COUNT);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // someone else's: another one
        continue;
      }
    }
    throw new IOException("no port is free in " + ATTEMPTS + " attempts");
  }
}
