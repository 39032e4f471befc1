"""A hand-written agent: the more noise, and the less steady the fading, the deeper it splits."""

import gymnasium

import splitgym  # noqa: F401  (registers the environment)

env = gymnasium.make("splitgym/SplitInference-v0", actions=5)
(sigma, m, p), info = env.reset(seed=42)
done = False
while not done:
    goal = 1 + 60 * sigma / m
    action = 3 if p > goal + 1 else 4 if p < goal - 1 else 0  # two layers up, two down, or stay
    (sigma, m, p), reward, terminated, truncated, info = env.step(action)
    done = terminated or truncated
    print(f"sigma {sigma:.3f}  m {m:.2f}  split after layer {p:2.0f}  reward {reward:7.3f}")
env.close()
