package example;

import io.splitgym.environment.Environment;
import io.splitgym.environment.EpisodeNotRunningException;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.ResetResult;
import io.splitgym.environment.StepResult;
import io.splitgym.extension.Extensions;
import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.CheckedRequest;
import io.splitgym.registry.CreatedEnvironment;
import io.splitgym.registry.EnvironmentSpec;
import io.splitgym.space.Box;
import io.splitgym.space.BoxElement;
import io.splitgym.space.Discrete;
import io.splitgym.space.DiscreteElement;
import io.splitgym.space.SpaceElement;
import io.splitgym.validation.InvalidValueException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * An environment of its own: a phone with a battery chooses at which of ten layers to split. Every
 * layer that it computes drains the battery; what the rest loses on its way costs quality, the more
 * the earlier the split and the more noise there is. The episode terminates when the battery is
 * empty.
 */
public final class BatteryEnvironment implements EnvironmentSpec {
  private static final int LAYERS = 10;
  private static final double FULL = 1;

  private static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter.Number("drain", 0.005, 0.0001, 1, "What a layer takes of the battery."),
          new Parameter.Number("quality", 2, 0, 100, "What a noisy first layer costs."));

  @Override
  public String id() {
    return "BatterySplit-v0";
  }

  @Override
  public String description() {
    return "Where to split ten layers on a phone whose battery runs out.";
  }

  @Override
  public List<Named> observation() {
    return List.of(
        new Named("battery", "what is left of it"),
        new Named("sigma", "noise intensity of the channel"),
        new Named("p", "split point"));
  }

  @Override
  public String action() {
    return "0 stays, 1 moves the split by one layer towards the input, 2 by one away from it.";
  }

  @Override
  public List<ParameterDescription> parameters() {
    return PARAMETERS.stream().map(ParameterDescription::of).toList();
  }

  @Override
  public CreatedEnvironment create(CheckedRequest request) {
    Parameters chosen = Parameters.of("parameters", PARAMETERS, request.parameters());
    return request.created(
        new Phone(chosen.number("drain"), chosen.number("quality"), request.seed()),
        Extensions.fingerprint(this),
        chosen.asMap());
  }

  private static final class Phone implements Environment {
    private final double drain;
    private final double quality;
    private RandomStream root;
    private long episodes;
    private double battery;
    private double sigma;
    private int split;

    Phone(double drain, double quality, long seed) {
      this.drain = drain;
      this.quality = quality;
      this.root = RandomStream.ofSeed(seed);
    }

    @Override
    public Box observationSpace() {
      return new Box(
          List.of("battery", "sigma", "p"), new float[] {0, 0, 1}, new float[] {1, 0.3f, LAYERS});
    }

    @Override
    public Discrete actionSpace() {
      return new Discrete(3);
    }

    @Override
    public ResetResult reset(Long seed, Map<String, Object> options) {
      if (seed != null) {
        root = RandomStream.ofSeed(seed);
        episodes = 0;
      }
      RandomStream start = root.named("episode", episodes++);
      battery = FULL;
      sigma = start.nextUniform(0, 0.3);
      split = start.nextInteger(1, LAYERS);
      return new ResetResult(observation(), Map.of());
    }

    @Override
    public StepResult step(SpaceElement action) {
      if (battery <= 0) {
        throw new EpisodeNotRunningException("the battery is empty: reset the environment first");
      }
      if (!actionSpace().contains(action)) {
        throw new InvalidValueException("action", action, "an integer in [0, 2]");
      }
      int move = new int[] {0, -1, 1}[((DiscreteElement) action).index()];
      split = Math.max(1, Math.min(LAYERS, split + move));
      battery = Math.max(0, battery - drain * split);
      double lost = quality * sigma / split;
      return new StepResult(observation(), 1 - lost, battery <= 0, false, Map.of("lost", lost));
    }

    private BoxElement observation() {
      return new BoxElement((float) battery, (float) sigma, split);
    }

    /** What servers keep, so that the environment outlives them. */
    @Override
    public byte[] save() {
      byte[] random = root.save().getBytes(StandardCharsets.UTF_8);
      return ByteBuffer.allocate(Long.BYTES + 2 * Double.BYTES + Integer.BYTES + random.length)
          .putLong(episodes)
          .putDouble(battery)
          .putDouble(sigma)
          .putInt(split)
          .put(random)
          .array();
    }

    @Override
    public void restore(byte[] saved) {
      if (saved.length <= Long.BYTES + 2 * Double.BYTES + Integer.BYTES) {
        throw new InvalidValueException("state", saved.length + " bytes", "a whole saved state");
      }
      ByteBuffer bytes = ByteBuffer.wrap(saved);
      long savedEpisodes = bytes.getLong();
      double savedBattery = bytes.getDouble();
      double savedSigma = bytes.getDouble();
      int savedSplit = bytes.getInt();
      if (!(savedBattery >= 0 && savedBattery <= FULL && savedSigma >= 0 && savedSigma <= 0.3)
          || savedSplit < 0
          || savedSplit > LAYERS) {
        throw new InvalidValueException("state", "out of range", "one that a phone can be in");
      }
      root = RandomStream.restore(StandardCharsets.UTF_8.decode(bytes).toString());
      episodes = savedEpisodes;
      battery = savedBattery;
      sigma = savedSigma;
      split = savedSplit;
    }

    @Override
    public void close() {
      battery = 0;
    }
  }
}
