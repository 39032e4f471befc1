package io.splitgym.agents.optimal;

import io.splitgym.channel.ChannelDynamics;
import io.splitgym.channel.ChannelState;
import io.splitgym.environment.SplitInferenceParameters;
import io.splitgym.environment.SplitRange;
import io.splitgym.random.RandomStream;
import io.splitgym.reward.PerplexityModel;
import io.splitgym.validation.InvalidValueException;
import io.splitgym.validation.Require;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The greatest undiscounted return of an episode, by dynamic programming over the states that can
 * be reached: backward induction over time, which the optimum knows and an agent's observation
 * lacks. Under the reward {@code reference} it carries PPL_init, that is, it belongs to the
 * episode's start.
 *
 * <p>Exact where the channel's course follows from the actions, as it does where it is static and
 * under the reference's drift, and where the model predicts rather than draws. Safe for use by
 * several threads.
 */
public final class ExactOptimum implements Optimum {
  /** The most states, counted once for each step they are reachable at, that are searched. */
  private static final int MOST_STATES = 5_000_000;

  private final SplitInferenceParameters parameters;
  private final StepReward rewards;

  /**
   * @throws InvalidValueException if the channel's course is random
   */
  public ExactOptimum(PerplexityModel model, SplitInferenceParameters parameters) {
    ChannelDynamics dynamics = parameters.dynamics();
    if (!(dynamics instanceof ChannelDynamics.Static
        || dynamics instanceof ChannelDynamics.ReferenceDrift)) {
      throw new InvalidValueException(
          "dynamics",
          dynamics.kind(),
          ChannelDynamics.Static.KIND
              + " or "
              + ChannelDynamics.ReferenceDrift.KIND
              + " for an exact optimum: the course of another channel doesn't follow from the"
              + " actions");
    }
    this.parameters = parameters;
    this.rewards = new StepReward(model, parameters);
  }

  /**
   * The best plan from a start.
   *
   * @param start the channel's state at the reset
   * @param split p at the reset, in the range of splits
   * @throws InvalidValueException if the split is out of range, the model draws noise, or more
   *     states can be reached than can be searched
   */
  public Plan plan(ChannelState start, int split) {
    List<List<Node>> layers = solved(start, split);
    List<Integer> actions = new ArrayList<>();
    List<Integer> splits = new ArrayList<>();
    Node node = layers.get(0).get(0);
    double optimalReturn = node.value;
    for (int step = 0; step < parameters.episodeSteps(); step++) {
      actions.add(node.action);
      node = layers.get(step + 1).get(node.next[node.action]);
      splits.add(node.split);
    }
    return new Plan(optimalReturn, actions, splits);
  }

  @Override
  public StartReturns returns(ChannelState start, int split) {
    Node first = solved(start, split).get(0).get(0);
    return new StartReturns(first.value, first.stayValue, first.randomValue);
  }

  /** None: every state that can be reached is searched. */
  @Override
  public double error(ChannelState start, int split) {
    return 0;
  }

  /** Those of the {@link #plan}: the channel's course is in it. */
  @Override
  public BestActions actions(ChannelState start, int split) {
    List<Integer> planned = plan(start, split).actions();
    return (step, now, here) -> planned.get(step);
  }

  @Override
  public double reward(ChannelState start, int startSplit, ChannelState channel, int split) {
    return rewards.of(
        rewards.start(start, startSplit), channel, rewards.logPerplexity(channel, split), split);
  }

  @Override
  public SplitRange splits() {
    return parameters.splits();
  }

  private List<List<Node>> solved(ChannelState start, int split) {
    Require.inRange("p", split, parameters.splits().min(), parameters.splits().max());
    List<List<Node>> layers = new Search(start, split).layers();
    for (int step = layers.size() - 2; step >= 0; step--) {
      for (Node node : layers.get(step)) {
        node.choose(layers.get(step + 1));
      }
    }
    return layers;
  }

  /** A state that can be reached after some number of steps. */
  private static final class Node {
    final ChannelState channel;
    final int split;
    final double reward;

    /** For each action the place in the next layer that it leads to. */
    int[] next = {};

    /** The greatest sum of the rewards after this state. */
    double value;

    /** The sum of the rewards after this state if the split stays; NaN if no action lets it. */
    double stayValue;

    /** The expected sum of the rewards after this state if every action is as probable. */
    double randomValue;

    int action;

    Node(ChannelState channel, int split, double reward) {
      this.channel = channel;
      this.split = split;
      this.reward = reward;
    }

    void choose(List<Node> after) {
      value = Double.NEGATIVE_INFINITY;
      stayValue = Double.NaN;
      double all = 0;
      for (int candidate = 0; candidate < next.length; candidate++) {
        Node successor = after.get(next[candidate]);
        all += successor.reward + successor.randomValue;
        if (successor.split == split) {
          stayValue = successor.reward + successor.stayValue;
        }
        double sum = successor.reward + successor.value;
        if (sum > value) {
          value = sum;
          action = candidate;
        }
      }
      randomValue = all / next.length;
    }
  }

  /** States whose sigmas differ by rounding only, such as by the order of the moves, are one. */
  private record Key(long sigma, long m, int split) {
    private static final int ROUNDED_BITS = 12;

    static Key of(ChannelState channel, int split) {
      return new Key(rounded(channel.sigma()), rounded(channel.m()), split);
    }

    private static long rounded(double value) {
      long half = 1L << (ROUNDED_BITS - 1);
      return (Double.doubleToLongBits(value) + half) >> ROUNDED_BITS;
    }
  }

  /** One start's reachable states. */
  private final class Search {
    /** A channel that follows the actions doesn't draw from it. */
    private final RandomStream undrawn = RandomStream.ofSeed(0);

    private final Map<Key, Double> known = new HashMap<>();
    private final ChannelState start;
    private final int startSplit;
    private final OptionalDouble startLogPerplexity;

    Search(ChannelState start, int startSplit) {
      this.start = start;
      this.startSplit = startSplit;
      this.startLogPerplexity = rewards.start(start, startSplit);
    }

    List<List<Node>> layers() {
      List<List<Node>> layers = new ArrayList<>();
      layers.add(List.of(new Node(start, startSplit, 0)));
      int states = 1;
      for (int step = 0; step < parameters.episodeSteps(); step++) {
        List<Node> after = expand(layers.get(step));
        states += after.size();
        if (states > MOST_STATES) {
          throw new InvalidValueException(
              "episodeSteps",
              parameters.episodeSteps(),
              "small enough for at most " + MOST_STATES + " reachable states");
        }
        layers.add(after);
      }
      return layers;
    }

    private List<Node> expand(List<Node> layer) {
      Map<Key, Integer> places = new HashMap<>();
      List<Node> after = new ArrayList<>();
      int actions = parameters.actions().actions();
      for (Node node : layer) {
        node.next = new int[actions];
        for (int action = 0; action < actions; action++) {
          int split = parameters.actions().target(node.split, action, parameters.splits());
          ChannelState channel =
              parameters
                  .dynamics()
                  .next(node.channel, start, split - node.split, parameters.ranges(), undrawn);
          Key key = Key.of(channel, split);
          Integer place = places.get(key);
          if (place == null) {
            place = after.size();
            places.put(key, place);
            double gained = known.computeIfAbsent(key, unseen -> reward(channel, split));
            after.add(new Node(channel, split, gained));
          }
          node.next[action] = place;
        }
      }
      return after;
    }

    private double reward(ChannelState channel, int split) {
      return rewards.of(startLogPerplexity, channel, rewards.logPerplexity(channel, split), split);
    }
  }
}
