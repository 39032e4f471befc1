"""Writes reference-updates.json: what PPO, A2C and DQN make of small networks in two updates.

Only the losses are written down, as stable-baselines3 2.x has them; gradients are central
differences in float64, and the optimisers follow PyTorch's documentation. So nothing here shares a
derivation with the code that is tested. Needs nothing but Python 3: python3 reference_updates.py
"""

import json
import math
import pathlib
import random

HIDDEN = [4, 5]
INPUTS, ACTIONS, SAMPLES = 3, 3, 6


def network(rng, outputs):
    sizes = [INPUTS, *HIDDEN, outputs]
    return [
        {
            "weights": [rng.uniform(-0.8, 0.8) for _ in range(a * b)],
            "bias": [rng.uniform(-0.3, 0.3) for _ in range(b)],
        }
        for a, b in zip(sizes, sizes[1:])
    ]


def flat(layers):
    return [v for layer in layers for v in layer["weights"] + layer["bias"]]


def unflat(values, like):
    layers, at = [], 0
    for layer in like:
        w, b = len(layer["weights"]), len(layer["bias"])
        layers.append({"weights": values[at : at + w], "bias": values[at + w : at + w + b]})
        at += w + b
    return layers


def forward(layers, x, activation):
    for i, layer in enumerate(layers):
        n = len(x)
        x = [
            b + sum(layer["weights"][o * n + k] * x[k] for k in range(n))
            for o, b in enumerate(layer["bias"])
        ]
        if i < len(layers) - 1:
            x = [activation(v) for v in x]
    return x


def relu(v):
    return max(v, 0.0)


def log_softmax(logits):
    top = max(logits)
    total = top + math.log(sum(math.exp(v - top) for v in logits))
    return [v - total for v in logits]


def gradient(loss, values, step=1e-5):
    result = []
    for i in range(len(values)):
        up, down = list(values), list(values)
        up[i] += step
        down[i] -= step
        result.append((loss(up) - loss(down)) / (2 * step))
    return result


def clip(gradients, greatest):
    norm = math.sqrt(sum(g * g for g in gradients))
    factor = min(1.0, greatest / (norm + 1e-6))
    return [g * factor for g in gradients]


class Adam:
    def __init__(self, rate, epsilon):
        self.rate, self.epsilon, self.t, self.m, self.v = rate, epsilon, 0, None, None

    def step(self, values, gradients):
        self.t += 1
        self.m = [0.9 * m + 0.1 * g for m, g in zip(self.m or [0] * len(values), gradients)]
        self.v = [0.999 * v + 0.001 * g * g for v, g in zip(self.v or [0] * len(values), gradients)]
        first, second = 1 - 0.9**self.t, 1 - 0.999**self.t
        return [
            p - self.rate * (m / first) / (math.sqrt(v / second) + self.epsilon)
            for p, m, v in zip(values, self.m, self.v)
        ]


class RmsPropTensorflowLike:
    def __init__(self, rate, alpha, epsilon):
        self.rate, self.alpha, self.epsilon, self.v = rate, alpha, epsilon, None

    def step(self, values, gradients):
        old = self.v or [1.0] * len(values)
        self.v = [self.alpha * v + (1 - self.alpha) * g * g for v, g in zip(old, gradients)]
        return [
            p - self.rate * g / math.sqrt(v + self.epsilon)
            for p, g, v in zip(values, gradients, self.v)
        ]


def batch(rng):
    return {
        "observations": [[rng.uniform(-1, 1) for _ in range(INPUTS)] for _ in range(SAMPLES)],
        "actions": [rng.randrange(ACTIONS) for _ in range(SAMPLES)],
        "logProbabilities": [rng.uniform(-1.9, -0.4) for _ in range(SAMPLES)],
        "advantages": [rng.uniform(-2, 3) for _ in range(SAMPLES)],
        "returns": [rng.uniform(-3, 3) for _ in range(SAMPLES)],
    }


def actor_critic(rng, optimizer, clipped, normalize, entropy, value, greatest):
    actor, critic, data = network(rng, ACTIONS), network(rng, 1), batch(rng)
    advantages = data["advantages"]
    if normalize:
        mean = sum(advantages) / SAMPLES
        deviation = math.sqrt(sum((a - mean) ** 2 for a in advantages) / (SAMPLES - 1))
        advantages = [(a - mean) / (deviation + 1e-8) for a in advantages]
    split = len(flat(actor))

    def loss(values):
        total = 0.0
        for i in range(SAMPLES):
            x = data["observations"][i]
            logs = log_softmax(forward(unflat(values[:split], actor), x, math.tanh))
            log = logs[data["actions"][i]]
            if clipped:
                ratio = math.exp(log - data["logProbabilities"][i])
                limited = max(0.8, min(1.2, ratio))
                total -= min(advantages[i] * ratio, advantages[i] * limited)
            else:
                total -= advantages[i] * log
            total += entropy * sum(math.exp(v) * v for v in logs)
            predicted = forward(unflat(values[split:], critic), x, math.tanh)[0]
            total += value * (predicted - data["returns"][i]) ** 2
        return total / SAMPLES

    values = flat(actor) + flat(critic)
    for _ in range(2):
        values = optimizer.step(values, clip(gradient(loss, values), greatest))
    return {
        **data,
        "actor": actor,
        "critic": critic,
        "actorAfter": unflat(values[:split], actor),
        "criticAfter": unflat(values[split:], critic),
    }


def dqn(rng):
    online, target, data = network(rng, ACTIONS), network(rng, ACTIONS), batch(rng)
    successors = [[rng.uniform(-1, 1) for _ in range(INPUTS)] for _ in range(SAMPLES)]
    rewards = [rng.uniform(-2, 2) for _ in range(SAMPLES)]
    terminated = [i % 3 == 0 for i in range(SAMPLES)]

    def loss(values):
        total = 0.0
        for i in range(SAMPLES):
            best = max(forward(target, successors[i], relu))
            goal = rewards[i] + (0.0 if terminated[i] else 0.99 * best)
            told = forward(unflat(values, online), data["observations"][i], relu)
            error = abs(told[data["actions"][i]] - goal)
            total += 0.5 * error * error if error < 1 else error - 0.5
        return total / SAMPLES

    values, optimizer = flat(online), Adam(1e-2, 1e-8)
    for _ in range(2):
        values = optimizer.step(values, clip(gradient(loss, values), 0.5))
    return {
        "observations": data["observations"],
        "actions": data["actions"],
        "successors": successors,
        "rewards": rewards,
        "terminated": terminated,
        "online": online,
        "target": target,
        "onlineAfter": unflat(values, online),
    }


def rounded(node):
    if isinstance(node, float):
        return round(node, 9)
    if isinstance(node, list):
        return [rounded(v) for v in node]
    if isinstance(node, dict):
        return {k: rounded(v) for k, v in node.items()}
    return node


rng = random.Random(20261121)
fixture = {
    "ppo": actor_critic(rng, Adam(1e-2, 1e-5), True, True, 0.01, 0.5, 0.5),
    "a2c": actor_critic(rng, RmsPropTensorflowLike(7e-3, 0.99, 1e-5), False, False, 0.02, 0.5, 0.5),
    "dqn": dqn(rng),
}
path = pathlib.Path(__file__).with_name("reference-updates.json")
path.write_text(json.dumps(rounded(fixture)) + "\n")
