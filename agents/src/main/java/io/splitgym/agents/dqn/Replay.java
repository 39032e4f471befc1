package io.splitgym.agents.dqn;

import io.splitgym.random.RandomStream;
import java.util.Arrays;

/** The latest transitions, drawn from uniformly with replacement. Grows as it is filled. */
final class Replay {
  private static final int FIRST_ROOM = 4096;

  private final int capacity;
  private final int width;
  private float[] observations;
  private float[] successors;
  private int[] actions;
  private float[] rewards;
  private boolean[] terminated;
  private int size;
  private int next;

  Replay(int capacity, int width) {
    this.capacity = capacity;
    this.width = width;
    int room = Math.min(capacity, FIRST_ROOM);
    observations = new float[room * width];
    successors = new float[room * width];
    actions = new int[room];
    rewards = new float[room];
    terminated = new boolean[room];
  }

  /** Remembers a transition in the place of the oldest one. */
  void add(float[] observation, int action, float reward, float[] successor, boolean ends) {
    if (next == actions.length && next < capacity) {
      int room = (int) Math.min(capacity, 2L * actions.length);
      observations = Arrays.copyOf(observations, room * width);
      successors = Arrays.copyOf(successors, room * width);
      actions = Arrays.copyOf(actions, room);
      rewards = Arrays.copyOf(rewards, room);
      terminated = Arrays.copyOf(terminated, room);
    }
    System.arraycopy(observation, 0, observations, next * width, width);
    System.arraycopy(successor, 0, successors, next * width, width);
    actions[next] = action;
    rewards[next] = reward;
    terminated[next] = ends;
    size = Math.max(size, next + 1);
    next = (next + 1) % capacity;
  }

  int draw(RandomStream random) {
    return random.nextInteger(0, size - 1);
  }

  void observation(int at, float[] into) {
    System.arraycopy(observations, at * width, into, 0, width);
  }

  void successor(int at, float[] into) {
    System.arraycopy(successors, at * width, into, 0, width);
  }

  int action(int at) {
    return actions[at];
  }

  float reward(int at) {
    return rewards[at];
  }

  boolean terminated(int at) {
    return terminated[at];
  }
}
