"""Servers of the program that the build made."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def command() -> list[str]:
    """What starts the program: on ``SPLITGYM_CLASS_PATH`` if set, else through ./splitgym."""
    class_path = os.environ.get("SPLITGYM_CLASS_PATH")
    if class_path:
        return [shutil.which("java") or "java", "-cp", class_path, "io.splitgym.cli.Main"]
    return [str(ROOT / "splitgym")]


class Server:
    """A process that serves, and its address."""

    def __init__(self, process: subprocess.Popen[bytes], url: str) -> None:
        self.process = process
        self.url = url

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    def kill(self) -> None:
        """As ``kill -9`` does."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def served(folder: Path, *options: str, port: str = "0") -> Iterator[Server]:
    """A running server, by default on a port of its own, its data and log in the folder."""
    log = folder / "log"
    arguments = ["serve", "--port", port, "--json", "--data", str(folder / "data"), *options]
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*command(), *arguments], stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        try:
            document = first_document(process.stdout)
            if document is None:
                pytest.fail(f"The server didn't start:\n{log.read_text()}", pytrace=False)
            yield Server(process, document["url"])
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def first_document(lines: Iterable[bytes]) -> dict[str, Any] | None:
    """The JSON document that a stream begins with, or None where it ends before."""
    text = b""
    for line in lines:
        text += line
        with contextlib.suppress(ValueError):
            return dict(json.loads(text))
    return None
