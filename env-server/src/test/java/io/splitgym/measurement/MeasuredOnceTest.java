package io.splitgym.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.channel.FadingAwgn;
import io.splitgym.channel.Range;
import io.splitgym.channel.Transmission;
import io.splitgym.perplexity.EvaluationSetting;
import io.splitgym.perplexity.SplitEvaluator;
import io.splitgym.perplexity.WindowLosses;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.LogPerplexity;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One cell is evaluated once, whoever asks, and nobody waits for what doesn't come. */
@Timeout(60)
class MeasuredOnceTest {
  private static final FadingAwgn CHANNEL = FadingAwgn.ofUnit(8.5);
  private static final ChannelState STATE = new ChannelState(0.2, 2);
  private static final MeasuredOptions EXACT =
      new MeasuredOptions(0, 0, 0, new ChannelRanges(new Range(0, 0.3), new Range(0.5, 8)));

  @TempDir Path folder;

  private final BlockingEvaluator evaluator = new BlockingEvaluator();
  private final MeasurementKey key =
      new MeasurementKey(evaluator.setting(), new Transmission.AtState(CHANNEL, STATE), 3, 7);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Path file;
  private MeasurementStore store;
  private MeasurementStore other;

  @BeforeEach
  void open() {
    file = folder.resolve("m.sqlite");
    store = MeasurementStore.open(file);
    other = MeasurementStore.open(file);
  }

  @AfterEach
  void close() throws InterruptedException {
    evaluator.letGo();
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    store.close();
    other.close();
  }

  private Future<Measurement> ask(MeasurementStore which) {
    return threads.submit(() -> which.findOrMeasure(evaluator, key));
  }

  @Test
  void environmentsThatAskForOneCellAtOnceShareItsEvaluation() throws Exception {
    List<Future<LogPerplexity>> answers = new ArrayList<>();
    for (int environment = 0; environment < 6; environment++) {
      MeasuredPerplexityModel model =
          new MeasuredPerplexityModel(evaluator, store, CHANNEL, EXACT, 1);
      answers.add(threads.submit(() -> model.logPerplexity(STATE, 3, RandomStream.ofSeed(1))));
    }
    evaluator.awaitBegun();
    Thread.sleep(100);
    evaluator.letGo();
    LogPerplexity first = answers.get(0).get();
    for (Future<LogPerplexity> answer : answers) {
      assertThat(answer.get()).isEqualTo(first);
    }
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void storesOnOneFileShareAnEvaluationToo() throws Exception {
    Future<Measurement> here = ask(store);
    evaluator.awaitBegun();
    Future<Measurement> there = ask(other);
    Thread.sleep(100);
    assertThat(there.isDone()).isFalse();
    evaluator.letGo();
    assertThat(there.get()).isEqualTo(here.get());
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void aSweepAndAnEnvironmentDontMeasureTheSameCell() throws Exception {
    SweepPlan plan =
        SweepPlan.overStates(
            evaluator.setting(), CHANNEL, List.of(0.2), List.of(2.0), List.of(3), List.of(7L));
    Future<Measurement> asked = ask(store);
    evaluator.awaitBegun();
    Future<Sweep.Outcome> sweep =
        threads.submit(() -> new Sweep(evaluator, store, 2).run(plan, new Silent()));
    evaluator.awaitBegun();
    Thread.sleep(100);
    evaluator.letGo();
    asked.get();
    assertThat(sweep.get().complete()).isTrue();
    // the clean value and the cell
    assertThat(evaluator.evaluations()).isEqualTo(2);
  }

  @Test
  void whoWaitsGoesOnWhereTheOtherWasCancelled() throws Exception {
    for (MeasurementStore waiting : List.of(store, other)) {
      BlockingEvaluator first = new BlockingEvaluator();
      Thread[] worker = new Thread[1];
      CompletableFuture<Throwable> cancelled = new CompletableFuture<>();
      worker[0] =
          new Thread(
              () -> {
                try {
                  store.findOrMeasure(first, freshKey(waiting == store ? 1 : 2));
                } catch (CancellationException e) {
                  cancelled.complete(e);
                }
              });
      worker[0].start();
      first.awaitBegun();
      AnalyticEvaluator quick = new AnalyticEvaluator(6, 3, 0);
      Future<Measurement> next =
          threads.submit(() -> waiting.findOrMeasure(quick, freshKey(waiting == store ? 1 : 2)));
      Thread.sleep(50);
      assertThat(next.isDone()).isFalse();
      worker[0].interrupt();
      assertThat(cancelled.get(20, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
      next.get(20, TimeUnit.SECONDS);
      assertThat(quick.evaluations()).isEqualTo(1);
    }
    assertThat(store.all(evaluator.setting())).hasSize(2);
  }

  private MeasurementKey freshKey(long seed) {
    return new MeasurementKey(key.setting(), key.transmission(), 3, 100 + seed);
  }

  @Test
  void aFailedEvaluationLeavesTheCellToTheNext() {
    AtomicBoolean broken = new AtomicBoolean(true);
    SplitEvaluator flaky =
        new SplitEvaluator() {
          @Override
          public EvaluationSetting setting() {
            return evaluator.setting();
          }

          @Override
          public int layers() {
            return evaluator.layers();
          }

          @Override
          public WindowLosses evaluate(int split, Transmission transmission, long noiseSeed) {
            if (broken.getAndSet(false)) {
              throw new IllegalStateException("no memory left");
            }
            return evaluator.evaluate(split, transmission, noiseSeed);
          }

          @Override
          public void close() {
            evaluator.close();
          }
        };
    evaluator.letGo();
    assertThatThrownBy(() -> store.findOrMeasure(flaky, key)).hasMessage("no memory left");
    assertThat(store.find(key)).isEmpty();
    assertThat(other.findOrMeasure(flaky, key).key()).isEqualTo(key);
  }

  @Test
  void waitingEndsWhenItsThreadIsInterrupted() throws Exception {
    Future<Measurement> here = ask(store);
    evaluator.awaitBegun();
    for (MeasurementStore waiting : List.of(store, other)) {
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      Thread waiter =
          new Thread(
              () -> {
                try {
                  waiting.findOrMeasure(evaluator, key);
                } catch (CancellationException e) {
                  ended.complete(e);
                }
              });
      waiter.start();
      Thread.sleep(50);
      waiter.interrupt();
      assertThat(ended.get(20, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
    }
    evaluator.letGo();
    here.get();
    assertThat(evaluator.evaluations()).isEqualTo(1);
  }

  @Test
  void aDeadProcessHoldsNothing() throws Exception {
    assertThat(other.claim(key)).isEqualTo(MeasurementStore.Claim.GRANTED);
    assertThat(store.claim(key)).isEqualTo(MeasurementStore.Claim.TAKEN);
    // no process with this number started then
    change("UPDATE claim SET process_start = 1");
    evaluator.letGo();
    assertThat(store.findOrMeasure(evaluator, key).key()).isEqualTo(key);
  }

  @Test
  void aStoreThatIsClosedHoldsNothing() {
    assertThat(other.claim(key)).isEqualTo(MeasurementStore.Claim.GRANTED);
    other.close();
    evaluator.letGo();
    assertThat(store.findOrMeasure(evaluator, key).key()).isEqualTo(key);
  }

  @Test
  void aProcessThatHangsIsNotWaitedForForever() throws Exception {
    assertThat(other.claim(key)).isEqualTo(MeasurementStore.Claim.GRANTED);
    try (MeasurementStore impatient = MeasurementStore.open(file, Duration.ofMillis(100))) {
      Future<Measurement> one = ask(impatient);
      Future<Measurement> two = ask(impatient);
      evaluator.awaitBegun();
      Thread.sleep(100);
      evaluator.letGo();
      assertThat(one.get()).isEqualTo(two.get());
    }
    assertThat(evaluator.evaluations()).isEqualTo(1);
    // the other comes back to life
    other.giveBack(key);
    assertThat(other.find(key)).isPresent();
  }

  @Test
  void aStoreOfTheFirstVersionIsBroughtUpToDate() throws Exception {
    evaluator.letGo();
    Measurement before = store.findOrMeasure(evaluator, key);
    change("ALTER TABLE claim DROP COLUMN store");
    change("ALTER TABLE measurement DROP COLUMN bits_per_token");
    change("PRAGMA user_version = 1");
    try (MeasurementStore newer = MeasurementStore.open(file)) {
      Measurement kept = newer.findOrMeasure(evaluator, key);
      assertThat(kept.losses().sums()).isEqualTo(before.losses().sums());
      assertThat(kept.losses().bitsPerToken()).as("not counted then").isEmpty();
      assertThat(evaluator.evaluations()).isEqualTo(1);
      assertThat(newer.findOrMeasure(evaluator, freshKey(5)).key()).isEqualTo(freshKey(5));
    }
  }

  private void change(String sql) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static final class Silent implements SweepListener {
    @Override
    public void started(SweepPlan plan, int alreadyMeasured) {
      // the outcome tells
    }

    @Override
    public void measured(Measurement measurement) {
      // the outcome tells
    }

    @Override
    public void measuredElsewhere(MeasurementKey key) {
      // the outcome tells
    }
  }
}
