package io.splitgym.server.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.splitgym.validation.LimitReachedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepRateTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final StepRate rate = new StepRate(10, clock::get);

  @Test
  void aSecondsWorthMayComeAtOnceAndThenAsItComesFree() {
    for (int i = 0; i < 10; i++) {
      rate.take("a", 1);
    }
    LimitReachedException refused = refused("a", 1);
    assertThat(refused.allowed()).isEqualTo("at most 10");
    assertThat(refused.limit()).isEqualTo("steps a second");
    assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(100));
    clock.addAndGet(Duration.ofMillis(100).toNanos());
    rate.take("a", 1);
    refused("a", 1);
  }

  @Test
  void clientsDoNotUseUpEachOthersSteps() {
    rate.take("a", 10);
    refused("a", 1);
    rate.take("b", 10);
  }

  @Test
  void aVectorLargerThanASecondsWorthPassesOnceNothingIsOwed() {
    rate.take("a", 100);
    clock.addAndGet(Duration.ofSeconds(9).toNanos());
    refused("a", 1);
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    rate.take("a", 1);
  }

  @Test
  void zeroIsNoLimit() {
    StepRate none = new StepRate(0, clock::get);
    assertThatCode(() -> none.take("a", Integer.MAX_VALUE)).doesNotThrowAnyException();
  }

  private LimitReachedException refused(String client, int steps) {
    LimitReachedException refused =
        catchThrowableOfType(LimitReachedException.class, () -> rate.take(client, steps));
    assertThat(refused).isNotNull();
    return refused;
  }
}
