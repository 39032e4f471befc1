package io.splitgym.agents.cli;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.channel.Channel;
import io.splitgym.channel.ChannelChoice;
import io.splitgym.channel.ChannelRanges;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.ParameterDescription;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.registry.PerplexityModels;
import io.splitgym.reward.LogPerplexity;
import io.splitgym.reward.PerplexityModel;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A formula as the surrogate, and the same with noise as the LLM. */
final class FakeModels implements PerplexityModels {
  private static final double NOISE_UNIT = 7.5;

  private final String fingerprint;

  FakeModels() {
    this("formula");
  }

  /**
   * @param fingerprint that the models say they have
   */
  FakeModels(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  @Override
  public Source surrogate(ChannelChoice asked) {
    Channel channel = ChannelChoice.of(asked.name()).channel(() -> NOISE_UNIT);
    asked.requireIs(channel);
    return source(channel, new AnalyticModel());
  }

  @Override
  public List<ParameterDescription> llmParameters() {
    return List.of();
  }

  @Override
  public Source llm(ChannelChoice asked, Map<String, Object> parameters) {
    return source(asked.channel(() -> NOISE_UNIT), new Noisy());
  }

  private Source source(Channel channel, PerplexityModel model) {
    return new Source() {
      @Override
      public Channel channel() {
        return channel;
      }

      @Override
      public int layers() {
        return model.layers();
      }

      @Override
      public String fingerprint() {
        return fingerprint;
      }

      @Override
      public Map<String, Object> parameters() {
        return Map.of();
      }

      @Override
      public PerplexityModel over(ChannelRanges states, SplitRange splits) {
        return model;
      }
    };
  }

  private static final class Noisy implements PerplexityModel {
    private final AnalyticModel mean = new AnalyticModel();

    @Override
    public int layers() {
      return mean.layers();
    }

    @Override
    public double cleanLogPerplexity() {
      return mean.cleanLogPerplexity();
    }

    @Override
    public LogPerplexity logPerplexity(ChannelState state, int split, RandomStream noise) {
      double value = mean.logPerplexity(state, split, noise).value() + 0.1 * noise.nextGaussian();
      return new LogPerplexity(value, state, OptionalLong.of(1));
    }
  }
}
