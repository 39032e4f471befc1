package io.splitgym.cli.load;

import java.io.IOException;

/** Frames in an endless round over one WebSocket, so many of them sent and not yet answered. */
final class Pipeline implements Exchange {
  private final WebSocketConnection socket;
  private final byte[][] frames;
  private final boolean[] isStep;
  private final int inFlight;
  private final long[] sentAt;
  private int toSend;
  private int toReceive;
  private int waiting;
  private long received;

  /**
   * @param frames sent one after another, then from the first again
   * @param isStep whether a frame asks for a step
   */
  Pipeline(WebSocketConnection socket, byte[][] frames, boolean[] isStep, int inFlight) {
    this.socket = socket;
    this.frames = frames;
    this.isStep = isStep;
    this.inFlight = inFlight;
    this.sentAt = new long[inFlight];
  }

  @Override
  public long next() throws IOException {
    while (waiting < inFlight) {
      sentAt[(int) ((received + waiting) % inFlight)] = System.nanoTime();
      socket.sendLater(frames[toSend]);
      toSend = (toSend + 1) % frames.length;
      waiting++;
    }
    socket.receive();
    long took = System.nanoTime() - sentAt[(int) (received % inFlight)];
    received++;
    waiting--;
    boolean step = isStep[toReceive];
    toReceive = (toReceive + 1) % frames.length;
    return step ? took : -1;
  }
}
