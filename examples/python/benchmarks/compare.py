"""Steps a second through Python clients: SplitGym's and, in the same run, OpenEnv's.

Both serve the same environment on this machine, and client and server share its processors.
``run-benchmark.sh`` makes the virtual environment and runs this.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.client
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
from urllib.parse import urlsplit

import gymnasium
import numpy as np
import websockets.sync.client

import splitgym
from splitgym.transport import step_template

HERE = Path(__file__).resolve().parent
ENV = "splitgym/SplitInference-v0"
STARTS = ({"sigma": 0.2, "m": 1.0, "p": 5}, {"sigma": 0.03, "m": 4.0, "p": 20})


class Rounds:
    """What a client did for a while: how often, how long, and each step's time."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.times: list[float] = []
        self.processor = 0.0

    def run(self, step: Callable[[], float], seconds: float, count: bool = True) -> None:
        """Calls ``step``, which tells how long the step itself took, for so many seconds."""
        times = []
        processor = time.process_time()
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            times.append(step())
        if count:
            self.rates.append(len(times) / (time.perf_counter() - start))
            self.times += times
            self.processor += time.process_time() - processor

    def summary(self) -> dict[str, float]:
        """Steps a second over the rounds; microseconds that steps took."""
        ordered = sorted(self.times)
        return {
            "least": min(self.rates),
            "median": statistics.median(self.rates),
            "most": max(self.rates),
            "p50": 1e6 * ordered[len(ordered) // 2],
            "p99": 1e6 * ordered[int(0.99 * (len(ordered) - 1))],
            "client": 1e6 * self.processor / len(ordered),
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


class ByHand:
    """JSON that a library for HTTP or WebSockets carries, and nothing made of it but Python's."""

    def __init__(self, url: str) -> None:
        created = self.ask("create", {"spec": "SplitInference-v0"})
        self.id = created["id"]
        self.ask("reset", {"seed": 1})
        self.steps = 0

    def ask(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer."""
        raise NotImplementedError

    def __call__(self) -> float:
        self.steps += 1
        start = time.perf_counter()
        answer = self.ask("step", {"action": self.steps % 5})
        took = time.perf_counter() - start
        if answer["terminated"] or answer["truncated"]:
            self.ask("reset", {})
        return took


class ByWebsockets(ByHand):
    """With the library ``websockets``."""

    def __init__(self, url: str) -> None:
        self.open = contextlib.ExitStack()
        self.socket = self.open.enter_context(
            websockets.sync.client.connect(
                url.replace("http", "ws", 1) + "/v1/ws", compression=None
            )
        )
        self.number = 0
        super().__init__(url)

    def ask(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        self.number += 1
        about = {} if operation == "create" else {"environment": self.id}
        self.socket.send(json.dumps({"id": self.number, "type": operation, **about, **body}))
        result: dict[str, Any] = json.loads(self.socket.recv())["result"]
        return result

    def close(self) -> None:
        """Frees it."""
        self.ask("delete", {})
        self.open.close()


class ByHttpClient(ByHand):
    """With Python's own ``http.client``."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        assert where.hostname
        self.connection = http.client.HTTPConnection(where.hostname, where.port)
        self.connection.connect()
        # It sends head and body apart, and the second waits for an acknowledgement otherwise.
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().__init__(url)

    def ask(self, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        path = "/v1/envs" if operation == "create" else f"/v1/envs/{self.id}/{operation}"
        self.connection.request(
            "POST", path, json.dumps(body), {"Content-Type": "application/json"}
        )
        answer: dict[str, Any] = json.loads(self.connection.getresponse().read())
        return answer

    def close(self) -> None:
        """Frees it."""
        self.connection.request("DELETE", f"/v1/envs/{self.id}")
        self.connection.getresponse().read()
        self.connection.close()


class Watched:
    """A socket that notes when it was called and when it returned."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.times: list[float] = []

    def sendall(self, content: bytes) -> None:
        """Sends."""
        self.times.append(time.perf_counter())
        self.socket.sendall(content)
        self.times.append(time.perf_counter())

    def recv(self, size: int) -> bytes:
        """Receives."""
        self.times.append(time.perf_counter())
        content: bytes = self.socket.recv(size)
        self.times.append(time.perf_counter())
        return content

    def __getattr__(self, name: str) -> Any:
        return getattr(self.socket, name)


def parts(url: str, seconds: float) -> dict[str, float]:
    """Where the time of a step goes, in microseconds: medians, seen from the client's socket."""
    env = gymnasium.make(ENV, url=url)
    env.reset(seed=1)
    env.step(0)
    inner: Any = env.unwrapped
    stream = inner._session._client._connection._stream
    stream._socket = watched = Watched(stream._socket)
    rows = []
    deadline = time.perf_counter() + seconds
    while (start := time.perf_counter()) < deadline:
        watched.times.clear()
        result = env.step(len(rows) % 5)
        end = time.perf_counter()
        sends, sent, received = watched.times[0], watched.times[1], watched.times[-1]
        rows.append((sends - start, sent - sends, received - sent, end - received))
        if result[2] or result[3]:
            env.reset()
    env.close()
    medians = [1e6 * statistics.median(row[i] for row in rows[len(rows) // 4 :]) for i in range(4)]
    names = ("before the message", "sending", "waiting", "after the answer")
    # what Gymnasium's wrappers take by themselves
    inner.step = lambda _: result
    wrapped = []
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(1000):
            env.step(0)
        wrapped.append(1e3 * (time.perf_counter() - start))
    return {**dict(zip(names, medians, strict=True)), "wrappers": min(wrapped)}


def pauses(url: str, seconds: float) -> dict[int, float]:
    """Median microseconds until a bare socket has an answer, by the pause since the one before."""
    with splitgym.Client(url) as client:
        session = client.call("create", body={"spec": "SplitInference-v0", "episodeSteps": 10**6})
        client.call("reset", session["id"], {"seed": 1})
        bare: Any = client._connection._stream._socket  # type: ignore[union-attr]
        template = step_template(session["id"], "bare-")
        number = 1000
        medians = {}
        for pause in (0, 5, 10, 20, 40):
            times = []
            deadline = time.perf_counter() + seconds
            while (start := time.perf_counter()) < deadline:
                number += 1
                content = template % (number, number, number % 5)
                # a mask of zeros, and a length of one byte or two
                length = len(content)
                size = (
                    bytes((0x80 | length,)) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
                )
                bare.sendall(b"\x81" + size + bytes(4) + content)
                bare.recv(4096)
                end = time.perf_counter()
                times.append(end - start)
                while time.perf_counter() < end + 1e-6 * pause:
                    pass
            medians[pause] = 1e6 * statistics.median(times)
        client.call("delete", session["id"])
    return medians


def imports() -> dict[str, float]:
    """Seconds of processor time that Python and an import take, the least of five."""
    times = {}
    for module in ("gymnasium", "splitgym"):
        runs = []
        for _ in range(5):
            process = subprocess.Popen([sys.executable, "-c", f"import {module}"])
            usage = os.wait4(process.pid, 0)[2]
            process.returncode = 0
            runs.append(usage.ru_utime + usage.ru_stime)
        times[module] = min(runs)
    return times


def one_environment(url: str, openenv_url: str, rounds: int, seconds: float) -> dict[str, Any]:
    """All clients in turn, on the same episodes."""
    compared: dict[str, OfSplitGym | OfOpenEnv] = {
        "SplitGym, WebSocket": OfSplitGym(url, "websocket"),
        "SplitGym, HTTP": OfSplitGym(url, "http"),
        "OpenEnv": OfOpenEnv(openenv_url),
    }
    clients: dict[str, OfSplitGym | OfOpenEnv | ByWebsockets | ByHttpClient] = {
        **compared,
        "by hand, `websockets`": ByWebsockets(url),
        "by hand, `http.client`": ByHttpClient(url),
    }
    try:
        difference = 0.0
        for start in STARTS:
            expected = compared["OpenEnv"].rewards(start)
            for client in compared.values():
                got = client.rewards(start)
                difference = max(difference, float(np.abs(np.subtract(got, expected)).max()))
        if not difference < 1e-3:
            raise SystemExit(f"the environments differ: rewards by {difference}")
        for client in compared.values():
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
            for _ in range(rounds):
                measured.run(vector, seconds)
            vector.close()
            row = {"environments": size, "encoding": encoding, **measured.summary()}
            for name in ("least", "median", "most"):
                row[name] *= size
            rows.append(row)
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
    where, loading = report["parts"], report["imports"]
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
                " greatest round; what half and 99 % of the steps took at most; the client's own"
                " processor time for a step. SplitGym and OpenEnv through their clients; by hand it"
                " is JSON that a library carries to SplitGym's server, with no environment made"
                " of it and nothing sent again.",
                table(
                    [
                        [
                            "client and server",
                            *("least", "median", "most", "p50", "p99", "client", "to OpenEnv"),
                        ]
                    ]
                    + [
                        [
                            name,
                            *(f"{one[key]:,.0f}" for key in ("least", "median", "most")),
                            micros(one["p50"]),
                            micros(one["p99"]),
                            micros(one["client"]),
                            f"{one['median'] / peer:.1f}",
                        ]
                        for name, one in single.items()
                    ]
                ),
                "Where a step's time goes, over the WebSocket, seen from the client's socket"
                " (medians, in microseconds; looking takes about one of them):",
                table([["part", "us"]] + [[name, f"{took:.1f}"] for name, took in where.items()]),
                "How long a bare socket in Python waits, which sends a step that is made beforehand"
                " and doesn't look at the answer, where it pauses after each answer (medians, in"
                " microseconds):",
                table(
                    [["pause", "answer"]]
                    + [[str(pause), f"{took:.1f}"] for pause, took in report["pauses"].items()]
                ),
                "`wrappers` are Gymnasium's own around the environment, in the first and the last"
                " part above. Python and an import take"
                f" {loading['splitgym']:.2f} s of processor time for `import splitgym` and"
                f" {loading['gymnasium']:.2f} s for `import gymnasium` alone (the least of five).",
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
        report["parts"] = parts(url, 2 * chosen.seconds)
        report["pauses"] = pauses(url, chosen.seconds / 2)
        report["imports"] = imports()
        report["vectors"] = vectors(url, sizes, chosen.rounds, chosen.seconds)
    text = markdown(report)
    print(text)
    if chosen.report:
        chosen.report.parent.mkdir(parents=True, exist_ok=True)
        chosen.report.write_text(text)
        chosen.report.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
