package io.splitgym.registry;

import io.splitgym.environment.Environment;
import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.Space;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Nothing like split inference: actions are two numbers, observations count the steps. An action of
 * which the first number is 9 waits until the latch opens or it is interrupted, 7 until the latch
 * opens whatever happens; 8 fails.
 */
public final class CountingSpec implements EnvironmentSpec {
  public static final String ID = "Counting-v3";

  public final CountDownLatch latch = new CountDownLatch(1);
  public final CountDownLatch waiting = new CountDownLatch(1);
  public final AtomicInteger closed = new AtomicInteger();
  public final AtomicInteger atOnce = new AtomicInteger();
  public final AtomicInteger mostAtOnce = new AtomicInteger();

  /** Whether none of its environments goes on from anything. */
  public volatile boolean forgetful;

  private final boolean slow;

  /** One whose steps are worked on right where they come in. */
  public CountingSpec() {
    this(false);
  }

  /**
   * @param slow whether it says of itself that steps take seconds
   */
  public CountingSpec(boolean slow) {
    this.slow = slow;
  }

  @Override
  public Set<String> slowBackends() {
    return slow ? Set.of("fingers") : Set.of();
  }

  @Override
  public String id() {
    return ID;
  }

  @Override
  public String description() {
    return "Counts.";
  }

  @Override
  public List<Named> observation() {
    return List.of(new Named("count", "steps so far"));
  }

  @Override
  public String action() {
    return "Two numbers.";
  }

  @Override
  public List<Named> backends() {
    return List.of(new Named("fingers", "slow but sure"));
  }

  @Override
  public List<NamedValues> presets() {
    return List.of(new NamedValues("plain", "as it is", Map.of()));
  }

  @Override
  public List<ParameterDescription> parameters() {
    return List.of(
        new ParameterDescription("from", "integer", 0, "an integer", "Where it starts."),
        new ParameterDescription("style", "object", Map.of(), "an object", "How."),
        new ParameterDescription("style.loud", "boolean", false, "true or false", "Loud."));
  }

  @Override
  public List<ParameterDescription> options() {
    return List.of(new ParameterDescription("skip", "integer", 0, "an integer", "To skip."));
  }

  @Override
  public CreatedEnvironment create(CheckedRequest request) {
    return request.created(new Counting(), "counting", request.parameters());
  }

  private final class Counting implements Environment {
    private int count = -1;

    @Override
    public Space observationSpace() {
      return new Discrete(1000);
    }

    @Override
    public Space actionSpace() {
      return new Box(
          List.of("x", "y"),
          new float[] {Float.NEGATIVE_INFINITY, 0},
          new float[] {Float.POSITIVE_INFINITY, 0.1f});
    }

    @Override
    public ResetResult reset(@Nullable Long seed, Map<String, Object> options) {
      count = 0;
      return new ResetResult(new DiscreteElement(0), Map.of());
    }

    @Override
    public StepResult step(SpaceElement action) {
      int now = atOnce.incrementAndGet();
      mostAtOnce.accumulateAndGet(now, Math::max);
      try {
        if (count < 0) {
          throw new EpisodeNotRunningException("reset first");
        }
        if (!actionSpace().contains(action)) {
          throw new InvalidValueException("action", action, "in the box");
        }
        float kind = ((BoxElement) action).at(0);
        if (kind == 9) {
          waiting.countDown();
          latch.await();
        }
        if (kind == 7) {
          waiting.countDown();
          awaitUninterruptibly();
        }
        if (kind == 8) {
          throw new IllegalStateException("secret detail");
        }
        count++;
        if (kind == 6) {
          return new StepResult(
              new DiscreteElement(count), count, true, false, Map.of("odd", new Object()));
        }
        return new StepResult(new DiscreteElement(count), count, false, false, Map.of());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      } finally {
        atOnce.decrementAndGet();
      }
    }

    private void awaitUninterruptibly() {
      while (latch.getCount() > 0) {
        try {
          latch.await();
        } catch (InterruptedException e) {
          // it doesn't care
        }
      }
    }

    @Override
    public byte[] save() {
      return ByteBuffer.allocate(Integer.BYTES).putInt(count).array();
    }

    @Override
    public void restore(byte[] saved) {
      if (forgetful) {
        throw new IllegalStateException("forgotten");
      }
      if (saved.length != Integer.BYTES) {
        throw new InvalidValueException("state", saved.length + " bytes", "4 bytes");
      }
      count = ByteBuffer.wrap(saved).getInt();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}
