"""One server for all tests: the program that the build made, on a port of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from servers import served
from splitgym.client import Client


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server: that of ``SPLITGYM_URL``, else of one started here."""
    running = os.environ.get("SPLITGYM_URL")
    if running:
        yield running
        return
    with served(tmp_path_factory.mktemp("server")) as server:
        yield server.url


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    client = Client(url)
    yield client
    client.close()
