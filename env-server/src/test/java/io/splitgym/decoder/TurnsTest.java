package io.splitgym.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TurnsTest {
  private final Turns<String> turns = new Turns<>();

  @Test
  void severalUseOneThingTogether() throws Exception {
    turns.enter("a");
    Thread second = new Thread(() -> turns.enter("a"));
    second.start();
    second.join();
    turns.leave();
    turns.leave();
  }

  @Test
  void anotherThingIsEnteredWhenAllHaveLeftTheFirst() throws Exception {
    turns.enter("a");
    turns.enter("a");
    Thread other = entering("b");
    turns.leave();
    other.join(200);
    assertThat(other.isAlive()).isTrue();
    turns.leave();
    other.join();
  }

  @Test
  void whoWaitedLongestIsNextHoweverFastAnotherComesBack() throws Exception {
    turns.enter("a");
    List<String> order = new ArrayList<>();
    Thread waiter =
        new Thread(
            () -> {
              turns.enter("b");
              order.add("b");
              turns.leave();
            });
    waiter.start();
    awaitWaiting(waiter);
    turns.leave();
    turns.enter("c");
    order.add("c");
    turns.leave();
    waiter.join();
    assertThat(order).containsExactly("b", "c");
  }

  @Test
  void threadsThatWalkThroughTheSameThingsNeverUseTwoAtOnce() throws Exception {
    Turns<Integer> layers = new Turns<>();
    AtomicIntegerArray users = new AtomicIntegerArray(7);
    AtomicInteger together = new AtomicInteger();
    Callable<Void> walk =
        () -> {
          for (int step = 0; step < 2_000; step++) {
            int layer = step % users.length();
            layers.enter(layer);
            users.incrementAndGet(layer);
            for (int other = 0; other < users.length(); other++) {
              if (other != layer && users.get(other) > 0) {
                together.incrementAndGet();
              }
            }
            users.decrementAndGet(layer);
            layers.leave();
          }
          return null;
        };
    ExecutorService executor = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> done : executor.invokeAll(List.of(walk, walk, walk, walk))) {
        done.get();
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(together).hasValue(0);
  }

  private Thread entering(String key) throws InterruptedException {
    Thread thread = new Thread(() -> turns.enter(key));
    thread.start();
    awaitWaiting(thread);
    return thread;
  }

  private static void awaitWaiting(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
  }
}
