package example;

import io.splitgym.channel.ChannelState;
import io.splitgym.channel.Erasure;
import io.splitgym.extension.Parameter;
import io.splitgym.extension.Parameters;
import io.splitgym.reward.RewardFunction;
import io.splitgym.reward.RewardProvider;
import io.splitgym.reward.SplitOutcome;
import java.util.List;

/**
 * A reward that counts time: -(ln PPL - ln PPL_clean) - weight t, where t is what the user equipment
 * takes for p layers, and what it takes to send the hidden state until it arrives. A try is lost with
 * the probability of an outage, so that 1 / (1 - q) tries are needed on average.
 */
public final class LatencyReward implements RewardProvider {
  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String description() {
    return "-(ln PPL - ln PPL_clean) - weight t, t the seconds of computing and of sending.";
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(
        new Parameter.Number("weight", 1, 0, 1000, "What a second costs, in nats."),
        new Parameter.Number("layerSeconds", 0.02, 0, 60, "What a layer takes."),
        new Parameter.Number("sendSeconds", 0.1, 0, 60, "What a try to send takes."));
  }

  @Override
  public RewardFunction reward(Parameters parameters) {
    double weight = parameters.number("weight");
    double layerSeconds = parameters.number("layerSeconds");
    double sendSeconds = parameters.number("sendSeconds");
    return new RewardFunction() {
      @Override
      public List<String> termNames() {
        return List.of("inference", "computing", "sending");
      }

      @Override
      public double[] terms(SplitOutcome outcome) {
        double tries = 1 / (1 - outage(outcome.state()));
        return new double[] {
          outcome.cleanLogPerplexity() - outcome.logPerplexity(),
          -weight * layerSeconds * outcome.split(),
          -weight * sendSeconds * tries
        };
      }
    };
  }

  private static double outage(ChannelState state) {
    return new Erasure(1).lossProbability(state);
  }
}
