"""A socket read through a buffer: what HTTP and WebSocket are spoken over."""

from __future__ import annotations

import os
import socket
import struct

from splitgym.address import Address

_CONNECT_SECONDS = 10.0
_CHUNK = 65536


class Stream:
    """An open connection. Every method raises OSError, also where the other end hangs up."""

    def __init__(self, address: Address, timeout: float) -> None:
        """Connects.

        Args:
            address: where to.
            timeout: seconds that a later read or write may take.
        """
        self._socket = socket.create_connection(
            (address.host, address.port), min(timeout, _CONNECT_SECONDS)
        )
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if address.secure:
                import ssl

                self._socket = ssl.create_default_context().wrap_socket(
                    self._socket, server_hostname=address.host
                )
            self._in_kernel = not address.secure and os.name == "posix"
            self.set_timeout(timeout)
        except BaseException:
            self._socket.close()
            raise
        self._buffer = b""
        self._at = 0

    def close(self) -> None:
        """Closes the connection; does nothing the second time."""
        self._socket.close()

    def set_timeout(self, seconds: float) -> None:
        """Changes what a later read or write may take."""
        if not self._in_kernel:
            self._socket.settimeout(seconds)
            return
        # Python's own timeouts ask the kernel twice: whether it may read, and to read.
        whole = int(max(seconds, 1e-6))
        span = struct.pack("ll", whole, int((max(seconds, 1e-6) - whole) * 1e6))
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, span)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, span)

    def write(self, content: bytes) -> None:
        """Sends all of it."""
        try:
            self._socket.sendall(content)
        except BlockingIOError as e:
            raise TimeoutError("timed out") from e

    def read_ahead(self) -> bytes | bytearray:
        """All that has come and isn't read yet, else what comes next; it stays to be read.

        It begins with what ``read`` gives next; ``skip_ahead`` reads it.
        """
        if self._at:
            self._buffer = self._buffer[self._at :]
            self._at = 0
        if not self._buffer:
            self._fill()
        return self._buffer

    def skip_ahead(self) -> None:
        """Takes all that ``read_ahead`` gave as read."""
        self._buffer = b""

    def read(self, count: int) -> bytes | bytearray:
        """Exactly so many bytes."""
        end = self._at + count
        while end > len(self._buffer):
            missing = end - len(self._buffer)
            if missing > _CHUNK:
                return self._read_large(count)
            self._fill()
            end = self._at + count
        content = self._buffer[self._at : end]
        self._at = end
        return content

    def read_line(self, limit: int) -> bytes:
        """What precedes the next CR LF, which is read too; longer lines are an error."""
        while (end := self._buffer.find(b"\r\n", self._at)) < 0:
            if len(self._buffer) - self._at > limit:
                raise ConnectionError(f"a line has more than {limit} bytes")
            self._fill()
        line = self._buffer[self._at : end]
        self._at = end + 2
        return line

    def _fill(self) -> None:
        try:
            received = self._socket.recv(_CHUNK)
        except BlockingIOError as e:
            raise TimeoutError("timed out") from e
        if not received:
            raise ConnectionError("the other end hung up")
        left = self._buffer[self._at :]
        self._buffer = left + received if left else received
        self._at = 0

    def _read_large(self, count: int) -> bytearray:
        content = bytearray(count)
        have = len(self._buffer) - self._at
        content[:have] = self._buffer[self._at :]
        self._buffer, self._at = b"", 0
        rest = memoryview(content)[have:]
        while rest:
            try:
                received = self._socket.recv_into(rest)
            except BlockingIOError as e:
                raise TimeoutError("timed out") from e
            if not received:
                raise ConnectionError("the other end hung up")
            rest = rest[received:]
        return content
