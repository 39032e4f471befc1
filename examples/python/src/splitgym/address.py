"""Where a server is."""

from __future__ import annotations

import os
from typing import NamedTuple
from urllib.parse import urlsplit

from splitgym.errors import InvalidValueError

DEFAULT_URL = "http://127.0.0.1:8642"


class Address(NamedTuple):
    """The parts of a server's URL.

    Attributes:
        url: the whole of it, without a slash at its end.
        host: a name or number.
        port: that of the URL, else the scheme's.
        path: what the paths of the contract are appended to; empty or with a slash first.
        secure: whether over TLS.
    """

    url: str
    host: str
    port: int
    path: str
    secure: bool

    @property
    def authority(self) -> str:
        """What a Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def server_url(url: str | None) -> str:
    """The given address, else that of ``SPLITGYM_URL``, else the server's default."""
    return (url or os.environ.get("SPLITGYM_URL") or DEFAULT_URL).rstrip("/")


def parse(url: str) -> Address:
    """The parts of a URL.

    Raises:
        InvalidValueError: if it isn't http or https, or names no host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused(url) from None
    if not host or parts.scheme not in ("http", "https") or not url.isascii():
        raise _refused(url)
    secure = parts.scheme == "https"
    return Address(
        url.rstrip("/"), host, port or (443 if secure else 80), parts.path.rstrip("/"), secure
    )


def _refused(url: str) -> InvalidValueError:
    return InvalidValueError(
        f"url is {url!r}, must be like {DEFAULT_URL}",
        field="url",
        value=url,
        allowed="http://HOST:PORT or https://HOST:PORT",
    )
