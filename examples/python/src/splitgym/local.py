"""A server on this machine for as long as it is needed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import IO

from splitgym.address import server_url
from splitgym.client import Client
from splitgym.errors import ConnectionLostError, SplitGymError

_MOST_LINES = 1000
_GRACE_SECONDS = 15.0


@contextlib.contextmanager
def local_server(
    *options: str,
    url: str | None = None,
    command: Sequence[str] | None = None,
    start_timeout: float = 600.0,
) -> Generator[str, None, None]:
    """The address of a server: of one that runs, else of one that is started and stopped again.

    ::

        with splitgym.local_server() as url:
            env = gymnasium.make("splitgym/SplitInference-v0", url=url)

    Args:
        options: what ``splitgym serve`` is started with, such as ``"--data", "folder"``. With
            options a server is always started, since one that runs may have others.
        url: where one may run; default: ``SPLITGYM_URL``, else http://127.0.0.1:8642.
        command: what starts SplitGym; default: ``SPLITGYM_COMMAND``, the launcher of the project
            that this package is in or the working folder, or ``splitgym`` on the PATH.
        start_timeout: seconds that the start may take; the launcher builds the program first
            where it hasn't been built.

    Raises:
        SplitGymError: if there is no such command, or the server doesn't start; says what it said.
    """
    running = server_url(url)
    if not options and _answers(running):
        yield running
        return
    usual = {"--port": ["--port", "0"], "--ephemeral": ["--ephemeral"], "--json": ["--json"]}
    given = {option.partition("=")[0] for option in options}
    serve = [*(command or _command()), "serve", *options]
    for name, words in usual.items():
        if name not in given:
            serve += words
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=errors)
        except OSError as e:
            raise SplitGymError(f"{serve[0]} can't be started: {e}") from e
        try:
            yield _started(process, errors, start_timeout)
        finally:
            process.terminate()
            try:
                process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _answers(url: str) -> bool:
    client = Client(url, timeout=30.0, transport="http")
    try:
        return client.call("health").get("name") == "splitgym"
    except ConnectionLostError:
        return False
    except SplitGymError:
        # Something else, or something that wants a token: not for us to use.
        return False
    finally:
        client.close()


def _command() -> list[str]:
    given = os.environ.get("SPLITGYM_COMMAND")
    if given:
        return [given]
    around = Path(__file__).resolve().parents
    places = [around[4]] if len(around) > 4 else []
    for place in [*places, Path.cwd()]:
        launcher = place / "splitgym"
        if launcher.is_file() and os.access(launcher, os.X_OK):
            return [str(launcher)]
    found = shutil.which("splitgym")
    if found is None:
        raise SplitGymError(
            "No SplitGym is found to be started: set SPLITGYM_COMMAND to its launcher, or start"
            " a server with: ./splitgym serve",
            command="./splitgym serve",
        )
    return [found]


def _started(process: subprocess.Popen[bytes], errors: IO[bytes], timeout: float) -> str:
    """The address that a server's first lines tell."""
    late = threading.Timer(timeout, process.kill)
    late.daemon = True
    late.start()
    try:
        text = b""
        assert process.stdout is not None
        for _ in range(_MOST_LINES):
            line = process.stdout.readline()
            if not line:
                break
            text += line
            with contextlib.suppress(ValueError, KeyError, TypeError):
                return str(json.loads(text)["url"])
    finally:
        late.cancel()
    errors.seek(0)
    said = (text + errors.read()).decode(errors="replace").strip()[-2000:]
    raise SplitGymError(f"The server didn't start: {said or 'it said nothing'}")
