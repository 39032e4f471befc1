package io.splitgym.agents.optimal;

import static org.assertj.core.api.Assertions.assertThat;

import io.splitgym.agents.AnalyticModel;
import io.splitgym.agents.Environments;
import io.splitgym.agents.policy.Agent;
import io.splitgym.environment.Preset;
import io.splitgym.environment.SplitInferenceEnvironment;
import io.splitgym.random.RandomStream;
import io.splitgym.space.DiscreteElement;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GreedySurrogateAgentTest {
  @Test
  void noOtherActionOfAStepBringsMore() {
    AnalyticModel model = new AnalyticModel();
    Map<String, Object> still = Map.of("actions", 9, "dynamics", Map.of("kind", "static"));
    SplitInferenceEnvironment environment = Environments.over(model, Preset.REFERENCE, still);
    GreedySurrogateAgent agent =
        new GreedySurrogateAgent(
            new ExactOptimum(model, environment.parameters()), environment.parameters());
    for (long seed = 0; seed < 20; seed++) {
      var start = environment.reset(seed, Map.of());
      Agent.Actor actor = agent.begin(start.observation(), RandomStream.ofSeed(1));
      var observation = start.observation();
      for (int step = 0; step < 5; step++) {
        byte[] before = environment.save();
        int chosen = actor.act(observation);
        double greatest = Double.NEGATIVE_INFINITY;
        for (int action = 0; action < 9; action++) {
          greatest = Math.max(greatest, environment.step(new DiscreteElement(action)).reward());
          environment.restore(before);
        }
        var result = environment.step(new DiscreteElement(chosen));
        // the agent sees sigma as a float32
        assertThat(result.reward()).isGreaterThan(greatest - 1e-5);
        observation = result.observation();
      }
    }
  }
}
