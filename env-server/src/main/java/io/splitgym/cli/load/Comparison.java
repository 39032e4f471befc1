package io.splitgym.cli.load;

import io.splitgym.cli.load.Pace.Stretch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The server beside an empty one, asked in turn: what else the machine does then disturbs both.
 *
 * @param share of the empty server's messages a second that the server reaches: the median over the
 *     turns
 */
public record Comparison(Pace server, Pace empty, double share) {
  private static final double NANOS = 1e9;
  private static final double LONGEST_WARM_UP_SECONDS = 60;
  private static final int FIRST_LATENCIES = 1 << 10;

  /**
   * @param warmUp seconds that each is asked at least before anything counts
   * @param warmUpMessages so many messages each is asked at least, unless that takes a minute: on a
   *     machine that does other work, too, seconds alone don't get the code compiled
   * @param seconds of each turn
   */
  static Comparison of(
      Exchange server, Exchange empty, double warmUp, int warmUpMessages, double seconds, int turns)
      throws IOException {
    run(empty, warmUp, warmUpMessages);
    run(server, warmUp, warmUpMessages);
    List<Stretch> ofServer = new ArrayList<>();
    List<Stretch> ofEmpty = new ArrayList<>();
    double[] shares = new double[turns];
    for (int i = 0; i < turns; i++) {
      ofEmpty.add(run(empty, seconds, 1));
      ofServer.add(run(server, seconds, 1));
      shares[i] = ofServer.get(i).perSecond() / ofEmpty.get(i).perSecond();
    }
    return new Comparison(Pace.of(ofServer), Pace.of(ofEmpty), Pace.median(shares));
  }

  private static Stretch run(Exchange exchange, double seconds, int least) throws IOException {
    long[] latencies = new long[FIRST_LATENCIES];
    int steps = 0;
    long messages = 0;
    long start = System.nanoTime();
    do {
      long took = exchange.next();
      messages++;
      if (took >= 0) {
        if (steps == latencies.length) {
          latencies = Arrays.copyOf(latencies, 2 * steps);
        }
        latencies[steps++] = took;
      }
    } while (System.nanoTime() - start < seconds * NANOS
        || messages < least && System.nanoTime() - start < LONGEST_WARM_UP_SECONDS * NANOS);
    return new Stretch(messages, Arrays.copyOf(latencies, steps), System.nanoTime() - start);
  }
}
