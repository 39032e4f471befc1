"""Servers of the program that the build made, on ports of their own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def command() -> list[str]:
    """The server's command line: on ``SPLITGYM_CLASS_PATH`` if set, else through ./splitgym."""
    class_path = os.environ.get("SPLITGYM_CLASS_PATH")
    if class_path:
        return [shutil.which("java") or "java", "-cp", class_path, "io.splitgym.cli.Main"]
    return [str(ROOT / "splitgym")]


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """A running server's address."""
    log = folder / "log"
    arguments = ["serve", "--port", "0", "--json", "--data", str(folder / "data"), *options]
    with (
        log.open("wb") as errors,
        subprocess.Popen([*command(), *arguments], stdout=subprocess.PIPE, stderr=errors) as server,
    ):
        assert server.stdout is not None
        try:
            yield address(server.stdout, log)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def address(lines: Iterator[bytes], log: Path) -> str:
    """What the document that the server begins its output with says."""
    text = b""
    for line in lines:
        text += line
        with contextlib.suppress(ValueError):
            return str(json.loads(text)["url"])
    pytest.fail(f"The server didn't start:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(scope="session")
def url(server: str) -> str:
    """Where OpenEnv's routes are."""
    return server + "/openenv"


@pytest.fixture(scope="session")
def root_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that has OpenEnv's routes at its root, and place for two environments."""
    folder = tmp_path_factory.mktemp("root")
    with served(folder, "--openenv-at-root", "--max-sessions", "2") as url:
        yield url
