"""A five-line agent: under much noise it moves the split deeper, under little it stays."""

import gymnasium

import splitgym  # noqa: F401  (registers the environment)

env = gymnasium.make("splitgym/SplitInference-v0", actions=5)
(sigma, m, p), info = env.reset(seed=42)
done = False
while not done:
    (sigma, m, p), reward, terminated, truncated, info = env.step(2 if p < 60 * sigma else 0)
    done = terminated or truncated
    print(f"sigma {sigma:.3f}  m {m:.2f}  split after layer {p:2.0f}  reward {reward:7.3f}")
env.close()
