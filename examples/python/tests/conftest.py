"""One server for all tests: the program that the build made, on a port of its own."""

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

from splitgym.client import Client

ROOT = Path(__file__).resolve().parents[3]


def serve_command(data: Path) -> list[str]:
    """The server's command line: on ``SPLITGYM_CLASS_PATH`` if set, else through ./splitgym."""
    class_path = os.environ.get("SPLITGYM_CLASS_PATH")
    launcher = (
        [shutil.which("java") or "java", "-cp", class_path, "io.splitgym.cli.Main"]
        if class_path
        else [str(ROOT / "splitgym")]
    )
    return [*launcher, "serve", "--port", "0", "--json", "--data", str(data)]


def first_document(lines: Iterable[bytes]) -> dict[str, Any] | None:
    """The JSON document that a stream begins with, or None where it ends before."""
    text = b""
    for line in lines:
        text += line
        with contextlib.suppress(ValueError):
            return dict(json.loads(text))
    return None


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server: that of ``SPLITGYM_URL``, else of one started here."""
    running = os.environ.get("SPLITGYM_URL")
    if running:
        yield running
        return
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            serve_command(folder / "data"), stdout=subprocess.PIPE, stderr=errors
        ) as server,
    ):
        assert server.stdout is not None
        try:
            document = first_document(server.stdout)
            if document is None:
                pytest.fail(f"The server didn't start:\n{log.read_text()}", pytrace=False)
            yield document["url"]
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    client = Client(url)
    yield client
    client.close()
