"""Steps a second through Python clients: SplitGym's and, in the same run, OpenEnv's.

Both serve the same environment on this machine, and client and server share its processors.
``run-benchmark.sh`` makes the virtual environment and runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

import splitgym

HERE = Path(__file__).resolve().parent
ENV = "splitgym/SplitInference-v0"
STARTS = ({"sigma": 0.2, "m": 1.0, "p": 5}, {"sigma": 0.03, "m": 4.0, "p": 20})


class Rounds:
    """What a client did for a while: how often, how long, and each step's time."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.times: list[float] = []

    def run(self, step: Callable[[], float], seconds: float, count: bool = True) -> None:
        """Calls ``step``, which tells how long the step itself took, for so many seconds."""
        times = []
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            times.append(step())
        if count:
            self.rates.append(len(times) / (time.perf_counter() - start))
            self.times += times

    def summary(self) -> dict[str, float]:
        """Steps a second over the rounds; microseconds that steps took."""
        ordered = sorted(self.times)
        return {
            "least": min(self.rates),
            "median": statistics.median(self.rates),
            "most": max(self.rates),
            "p50": 1e6 * ordered[len(ordered) // 2],
            "p99": 1e6 * ordered[int(0.99 * (len(ordered) - 1))],
        }


@contextlib.contextmanager
def openenv_server() -> Iterator[str]:
    """OpenEnv's server as it installs, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "openenv_server:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--log-level", "warning"]
    server = subprocess.Popen(command, cwd=HERE)
    try:
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("OpenEnv's server doesn't start")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


class OfSplitGym:
    """One environment through gymnasium.make, as its users have it."""

    def __init__(self, url: str, transport: str) -> None:
        self.env = gymnasium.make(ENV, url=url, transport=transport)
        self.env.reset(seed=1)
        self.steps = 0

    def __call__(self) -> float:
        self.steps += 1
        start = time.perf_counter()
        _, _, terminated, truncated, _ = self.env.step(self.steps % 5)
        took = time.perf_counter() - start
        if terminated or truncated:
            self.env.reset()
        return took

    def rewards(self, start: dict[str, float]) -> list[float]:
        """Of an episode from that start."""
        self.env.reset(options=dict(start))
        return [float(self.env.step(i % 5)[1]) for i in range(10)]

    def close(self) -> None:
        """Frees it."""
        self.env.close()


class OfOpenEnv:
    """One environment through GenericEnvClient."""

    def __init__(self, url: str) -> None:
        from openenv.core import GenericEnvClient

        self.env = GenericEnvClient(base_url=url).sync()
        self.env.__enter__()
        self.env.reset(seed=1)
        self.steps = 0

    def __call__(self) -> float:
        self.steps += 1
        start = time.perf_counter()
        result = self.env.step({"action": self.steps % 5})
        took = time.perf_counter() - start
        if result.done:
            self.env.reset()
        return took

    def rewards(self, start: dict[str, float]) -> list[float]:
        """Of an episode from that start."""
        self.env.reset(**start)
        return [float(self.env.step({"action": i % 5}).reward) for i in range(10)]

    def close(self) -> None:
        """Closes the connection."""
        self.env.__exit__(None, None, None)


def one_environment(url: str, openenv_url: str, rounds: int, seconds: float) -> dict[str, Any]:
    """All clients in turn, on the same episodes."""
    clients: dict[str, OfSplitGym | OfOpenEnv] = {
        "SplitGym, WebSocket": OfSplitGym(url, "websocket"),
        "SplitGym, HTTP": OfSplitGym(url, "http"),
        "OpenEnv": OfOpenEnv(openenv_url),
    }
    try:
        difference = 0.0
        for start in STARTS:
            expected = clients["OpenEnv"].rewards(start)
            for client in clients.values():
                got = client.rewards(start)
                difference = max(difference, float(np.abs(np.subtract(got, expected)).max()))
        if not difference < 1e-3:
            raise SystemExit(f"the environments differ: rewards by {difference}")
        for client in clients.values():
            client.env.reset()
        measured = {name: Rounds() for name in clients}
        for turn in range(rounds + 1):
            for name, client in clients.items():
                # the first turn warms up
                measured[name].run(client, seconds if turn else 2 * seconds, count=turn > 0)
        return {name: each.summary() for name, each in measured.items()}
    finally:
        for client in clients.values():
            client.close()


class OfVector:
    """A vector, in one of the two encodings."""

    def __init__(self, url: str, size: int, encoding: str) -> None:
        self.envs = gymnasium.make_vec(ENV, num_envs=size, url=url, autoreset_mode="SameStep")
        self.envs.reset(seed=1)
        random = np.random.default_rng(1)
        self.actions = [random.integers(0, 5, size) for _ in range(8)]
        self.client = splitgym.Client(url)
        self.session = self.envs.unwrapped.session
        self.binary = encoding == "CBOR"
        self.steps = 0

    def __call__(self) -> float:
        self.steps += 1
        chosen = self.actions[self.steps % len(self.actions)]
        start = time.perf_counter()
        if self.binary:
            self.envs.step(chosen)
        else:
            self.client.call("stepVector", self.session, {"actions": chosen})
        return time.perf_counter() - start

    def close(self) -> None:
        """Frees it."""
        self.client.close()
        self.envs.close()


def vectors(url: str, sizes: list[int], rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Vectors through gymnasium.make_vec, which speaks CBOR; JSON through splitgym.Client."""
    rows = []
    for size in sizes:
        for encoding in ("CBOR", "JSON"):
            vector = OfVector(url, size, encoding)
            measured = Rounds()
            measured.run(vector, 3 * seconds, count=False)
            processor = time.process_time()
            begun = vector.steps
            for _ in range(rounds):
                measured.run(vector, seconds)
            own = (time.process_time() - processor) / (vector.steps - begun)
            vector.close()
            row = {"environments": size, "encoding": encoding, **measured.summary()}
            for name in ("least", "median", "most"):
                row[name] *= size
            rows.append({**row, "client": 1e6 * own})
    return rows


def machine() -> dict[str, Any]:
    """What it ran on, and with what."""
    model = platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(x.partition(":")[2].strip() for x in lines if x.startswith("model name"))
    packages = ("gymnasium", "numpy", "openenv", "fastapi", "uvicorn", "websockets", "pydantic")
    versions = {name: importlib.metadata.version(name) for name in packages}
    return {
        "processor": model,
        "processors": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "load": os.getloadavg()[0],
    }


def micros(value: float) -> str:
    """Microseconds, or milliseconds where they are many."""
    return f"{value:,.0f} us" if value < 10_000 else f"{value / 1000:,.1f} ms"


def table(rows: list[list[str]]) -> str:
    """Markdown that is aligned, too."""
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("| " + " | ".join(cells) + " |")
    rule = ["-" * (width + 1) + ":" if i else "-" * (width + 2) for i, width in enumerate(widths)]
    lines.insert(1, "|" + "|".join(rule) + "|")
    return "\n".join(lines)


def markdown(report: dict[str, Any]) -> str:
    """The report for people."""
    on, single, rows = report["machine"], report["oneEnvironment"], report["vectors"]
    peer = single["OpenEnv"]["median"]
    versions = ", ".join(f"{name} {version}" for name, version in on["versions"].items())
    ratio = single["SplitGym, WebSocket"]["median"] / peer
    best = max((row["median"] for row in rows if row["encoding"] == "CBOR"), default=0.0)
    return (
        "\n\n".join(
            [
                "# Through Python clients",
                f"On {on['processors']} processors ({on['processor']}), {on['system']}, Python"
                f" {on['python']}, {versions}; begun at {on['time']}, with {on['load']:.1f}"
                " processes at work on the machine in the minute before.",
                f"`examples/python/benchmarks/run-benchmark.sh`, {report['rounds']} rounds of"
                f" {report['seconds']:g} s each in turns. Server and client share the processors."
                " SplitGym keeps everything on disk before it answers; OpenEnv keeps nothing.",
                "## Goals",
                table(
                    [
                        ["goal", "measured", "met"],
                        [
                            "at least 10 times OpenEnv's steps a second, one environment",
                            f"{ratio:.1f} times",
                            "yes" if ratio >= 10 else "no",
                        ],
                        [
                            "at least 1,000,000 environment steps a second over one connection",
                            f"{best:,.0f}",
                            "yes" if best >= 1e6 else "no",
                        ],
                    ]
                ),
                "## One environment",
                "Steps a second with the time of resets, one every ten steps: least, median and"
                " greatest round; what half and 99 % of the steps took at most.",
                table(
                    [["client and server", "least", "median", "most", "p50", "p99", "to OpenEnv"]]
                    + [
                        [
                            name,
                            *(f"{one[key]:,.0f}" for key in ("least", "median", "most")),
                            micros(one["p50"]),
                            micros(one["p99"]),
                            f"{one['median'] / peer:.1f}",
                        ]
                        for name, one in single.items()
                    ]
                ),
                "## Vectors",
                "Environment steps a second over one WebSocket, `SameStep`: CBOR through"
                " `gymnasium.make_vec`, JSON through `splitgym.Client`, which leaves lists as they"
                " are. The last column is the client's own processor time for one step of all.",
                table(
                    [["environments", "encoding", "least", "median", "most", "p50", "client"]]
                    + [
                        [
                            f"{row['environments']:,}",
                            row["encoding"],
                            *(f"{row[key]:,.0f}" for key in ("least", "median", "most")),
                            micros(row["p50"]),
                            micros(row["client"]),
                        ]
                        for row in rows
                    ]
                ),
            ]
        )
        + "\n"
    )


def main() -> None:
    """Measures, prints the tables, and writes them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=Path, help="Markdown file; JSON is written beside it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each round")
    parser.add_argument("--envs", default="1,8,64,1024,8192,65536", help="sizes of the vectors")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.envs.split(",") if size]
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory())
        # as serve has it by default: kept on disk
        url = stack.enter_context(splitgym.local_server("--ephemeral=false", "--data", data))
        report: dict[str, Any] = {
            "machine": machine(),
            "rounds": chosen.rounds,
            "seconds": chosen.seconds,
        }
        with openenv_server() as openenv_url:
            report["oneEnvironment"] = one_environment(
                url, openenv_url, chosen.rounds, chosen.seconds
            )
        report["vectors"] = vectors(url, sizes, chosen.rounds, chosen.seconds)
    text = markdown(report)
    print(text)
    if chosen.report:
        chosen.report.parent.mkdir(parents=True, exist_ok=True)
        chosen.report.write_text(text)
        chosen.report.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
