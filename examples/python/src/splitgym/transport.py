"""The two ways to ask a server: HTTP with keep-alive, and a WebSocket.

Both are spoken over a plain socket. A step of this environment takes the server tens of
microseconds, so the usual HTTP libraries would take most of a step's time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

import numpy as np

from splitgym import cbor
from splitgym.address import Address
from splitgym.errors import SplitGymError, from_problem
from splitgym.stream import Stream

# What can be asked for: method, path, and the name that a message has for the id in the path.
OPERATIONS = {
    "health": ("GET", "/health", ""),
    "handshake": ("GET", "/v1/handshake", ""),
    "specs": ("GET", "/v1/env-specs", ""),
    "spec": ("GET", "/v1/env-specs/{}", "spec"),
    "list": ("GET", "/v1/envs", ""),
    "create": ("POST", "/v1/envs", ""),
    "describe": ("GET", "/v1/envs/{}", "environment"),
    "delete": ("DELETE", "/v1/envs/{}", "environment"),
    "clone": ("POST", "/v1/envs/{}/clone", "environment"),
    "save": ("GET", "/v1/envs/{}/state", "environment"),
    "restore": ("PUT", "/v1/envs/{}/state", "environment"),
    "reset": ("POST", "/v1/envs/{}/reset", "environment"),
    "step": ("POST", "/v1/envs/{}/step", "environment"),
    "predict": ("POST", "/v1/predict", ""),
    "listVectors": ("GET", "/v1/vector-envs", ""),
    "createVector": ("POST", "/v1/vector-envs", ""),
    "describeVector": ("GET", "/v1/vector-envs/{}", "vector"),
    "deleteVector": ("DELETE", "/v1/vector-envs/{}", "vector"),
    "cloneVector": ("POST", "/v1/vector-envs/{}/clone", "vector"),
    "saveVector": ("GET", "/v1/vector-envs/{}/state", "vector"),
    "restoreVector": ("PUT", "/v1/vector-envs/{}/state", "vector"),
    "resetVector": ("POST", "/v1/vector-envs/{}/reset", "vector"),
    "listEpisodes": ("GET", "/v1/episodes", ""),
    "getEpisode": ("GET", "/v1/episodes/{}", "episode"),
    "deleteEpisode": ("DELETE", "/v1/episodes/{}", "episode"),
    "deleteEpisodes": ("DELETE", "/v1/episodes", ""),
    "stepVector": ("POST", "/v1/vector-envs/{}/step", "vector"),
}

_MOST_LINE = 65536
_MOST_LINES = 200
_MOST_MESSAGE = 1 << 30
_ACCEPT_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_JSON = {"application/json", "application/problem+json"}
_dumps = json.JSONEncoder(separators=(",", ":"), default=lambda value: _plain(value)).encode
_quoted = json.encoder.encode_basestring_ascii
_raw_decode = json.JSONDecoder().raw_decode
# the end of a text, and a length of two bytes
_USUAL_ANSWER = b"\x81\x7e"
_MASKS = 1024
# Below so many bytes Python's integers are faster than NumPy.
_SHORT = 1024


class Message(NamedTuple):
    """What is asked for.

    Attributes:
        id: the answer's too.
        operation: one of ``OPERATIONS``.
        target: the id in the path, None where the path has none.
        body: the fields of the body.
        key: the idempotency key, None for none.
        binary: whether as CBOR; as JSON otherwise.
    """

    id: int
    operation: str
    target: str | None
    body: Mapping[str, Any] | None
    key: str | None
    binary: bool


class Transport(Protocol):
    """An open connection. Methods raise OSError where it breaks; it is then to be closed."""

    # How many messages may be sent before the first one's answer is read.
    most_in_flight: int

    def send(self, message: Message) -> None:
        """Sends a message."""
        ...

    def receive(self, message: Message) -> Any:
        """The answer to the message that was sent the longest ago; a SplitGymError is raised."""
        ...

    def set_timeout(self, seconds: float) -> None:
        """Changes how long the server may take."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...


class HttpTransport:
    """One request after another, over a connection that is kept."""

    most_in_flight = 1

    def __init__(self, address: Address, timeout: float, token: str | None) -> None:
        self._stream = Stream(address, timeout)
        self._address = address
        self._last = False
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self._head = f" HTTP/1.1\r\nHost: {address.authority}\r\n{authorization}"

    def send(self, message: Message) -> None:
        if self._last:
            raise ConnectionError("the server closed it after its last answer")
        method, path, _ = OPERATIONS[message.operation]
        target = self._address.path + path.replace("{}", quote(message.target or "", safe=""))
        kind = "application/cbor" if message.binary else "application/json"
        body = message.body
        if method in ("GET", "DELETE") and body:
            target += "?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in body.items())
            body = None
        accept = kind if message.binary else f"{kind}, application/problem+json"
        head = f"{method} {target}{self._head}Accept: {accept}\r\n"
        if message.key is not None:
            head += f"Idempotency-Key: {message.key}\r\n"
        content = b""
        if body is not None:
            content = cbor.encode(body) if message.binary else _dumps(body).encode()
            head += f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        elif method in ("POST", "PUT"):
            head += "Content-Length: 0\r\n"
        self._stream.write(head.encode("latin-1") + b"\r\n" + content)

    def receive(self, message: Message) -> Any:
        status, reason, headers, content = _read_response(self._stream)
        self._last = headers.get("connection", "").lower() == "close"
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not 200 <= status < 300:
            raise from_problem(status, reason, _problem(kind, content))
        if not content:
            return {}
        where = f"{message.operation} at {self._address.url}"
        return _document(content, kind == "application/cbor", where)

    def set_timeout(self, seconds: float) -> None:
        self._stream.set_timeout(seconds)

    def close(self) -> None:
        self._stream.close()


class WebSocketTransport:
    """Messages over a WebSocket (RFC 6455), answered in their order."""

    # The server reads 256 ahead unless told otherwise.
    most_in_flight = 64

    _CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING = 0, 1, 2, 8, 9
    _PONG = 10

    def __init__(self, address: Address, timeout: float, token: str | None) -> None:
        self._stream = Stream(address, timeout)
        self._address = address
        self._masks: list[bytes] = []
        try:
            self._open(token)
        except BaseException:
            self._stream.close()
            raise

    def _open(self, token: str | None) -> None:
        key = base64.b64encode(os.urandom(16))
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        self._stream.write(
            f"GET {self._address.path}/v1/ws HTTP/1.1\r\n"
            f"Host: {self._address.authority}\r\n"
            f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\n{authorization}\r\n".encode("latin-1")
        )
        status, reason, headers, content = _read_response(self._stream)
        if status != 101:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if 200 <= status < 400:
                raise SplitGymError(f"{self._address.url} answers, but opens no WebSocket")
            raise from_problem(status, reason, _problem(kind, content))
        expected = base64.b64encode(hashlib.sha1(key + _ACCEPT_KEY).digest()).decode()
        if headers.get("sec-websocket-accept") != expected:
            raise SplitGymError(f"{self._address.url} opens something other than a WebSocket")

    def send(self, message: Message) -> None:
        self._write(self._BINARY if message.binary else self._TEXT, _content(message))

    def receive(self, message: Message) -> Any:
        return self._receive(message.id, message.operation)

    def exchange(self, message: Message) -> Any:
        """``send`` and ``receive``, where nothing else is in flight."""
        self.send(message)
        return self._usual_answer(message.id, message.operation)

    def step(self, template: bytes, number: int, action: int) -> Any:
        """``exchange`` of a step.

        Args:
            template: what ``step_template`` gave.
            number: the message's id.
            action: one of a ``Discrete`` space.
        """
        self._write(self._TEXT, template % (number, number, action))
        return self._usual_answer(number, "step")

    def _usual_answer(self, number: int, operation: str) -> Any:
        received = self._stream.read_ahead()
        # The answer as it nearly always comes: in one piece, alone, with a length of two bytes.
        if (
            received[:2] == _USUAL_ANSWER
            and len(received) >= 4
            and len(received) == 4 + (received[2] << 8 | received[3])
        ):
            try:
                text = received[4:].decode()
                answer, end = _raw_decode(text)
                result = answer["result"]
                if end == len(text) and answer["id"] == number and result is not None:
                    self._stream.skip_ahead()
                    return result
            except (ValueError, LookupError, TypeError):
                pass  # ``_receive`` says what is wrong with it
        return self._receive(number, operation)

    def _receive(self, number: int, operation: str) -> Any:
        opcode, content = self._read()
        where = f"{operation} at {self._address.url}"
        answer = _document(content, opcode == self._BINARY, where)
        if answer.get("id") != number:
            raise ConnectionError(f"the answer to message {answer.get('id')} came instead")
        problem = answer.get("problem")
        if problem is not None:
            raise from_problem(int(problem.get("status", 500)), "", problem)
        result = answer.get("result")
        return {} if result is None else result

    def set_timeout(self, seconds: float) -> None:
        self._stream.set_timeout(seconds)

    def close(self) -> None:
        try:
            self._stream.set_timeout(1.0)
            self._write(self._CLOSE, (1000).to_bytes(2, "big"))
        except OSError:
            pass
        self._stream.close()

    def _read(self) -> tuple[int, bytes | bytearray]:
        """The next message, its pieces put together."""
        opcode, pieces = 0, b""
        while True:
            got, last, content = self._frame()
            if got == self._PING:
                self._write(self._PONG, content)
            elif got == self._CLOSE:
                code = int.from_bytes(content[:2], "big")
                reason = bytes(content[2:]).decode(errors="replace")
                raise ConnectionError(f"closed with {code} {reason}".rstrip())
            elif got != self._PONG:
                if got != self._CONTINUATION:
                    if last:
                        return got, content
                    opcode, pieces = got, b""
                pieces += content
                if len(pieces) > _MOST_MESSAGE:
                    raise ConnectionError("the answer is too large")
                if last:
                    return opcode, pieces

    def _frame(self) -> tuple[int, bool, bytes | bytearray]:
        stream = self._stream
        first, length = stream.read(2)
        if length & 0x80 or first & 0x70:
            raise ConnectionError("not a WebSocket frame of a server's")
        if length == 126:
            length = int.from_bytes(stream.read(2), "big")
        elif length == 127:
            length = int.from_bytes(stream.read(8), "big")
        if length > _MOST_MESSAGE:
            raise ConnectionError("the answer is too large")
        return first & 15, bool(first & 0x80), stream.read(length)

    def _write(self, opcode: int, content: bytes | bytearray) -> None:
        length = len(content)
        if length < 126:
            head = bytes((0x80 | opcode, 0x80 | length))
        elif length < 1 << 16:
            head = bytes((0x80 | opcode, 0xFE)) + length.to_bytes(2, "big")
        else:
            head = bytes((0x80 | opcode, 0xFF)) + length.to_bytes(8, "big")
        if not self._masks:
            # as unpredictable as one at a time, and asked for more seldom
            drawn = os.urandom(4 * _MASKS)
            self._masks = [drawn[i : i + 4] for i in range(0, len(drawn), 4)]
        mask = self._masks.pop()
        self._stream.write(head + mask + _masked(content, mask))


def _content(message: Message) -> bytes:
    """A message as it goes over a WebSocket."""
    name = OPERATIONS[message.operation][2]
    if not message.binary:
        head = f'{{"id":{message.id},"type":"{message.operation}"'
        if name:
            head += f',"{name}":{_quoted(message.target or "")}'
        if message.key is not None:
            head += f',"idempotencyKey":{_quoted(message.key)}'
        return f"{head}{_members(message.body)}}}".encode()
    fields: dict[str, Any] = {"id": message.id, "type": message.operation}
    if name:
        fields[name] = message.target
    if message.key is not None:
        fields["idempotencyKey"] = message.key
    if message.body:
        fields.update(message.body)
    return cbor.encode(fields)


def step_template(target: str, key: str) -> bytes:
    """A step's message as ``WebSocketTransport.step`` takes it.

    Args:
        target: the environment's id.
        key: what every idempotency key of these steps begins with; the message's id follows.
    """
    name = OPERATIONS["step"][2]
    environment, begun = (_quoted(text).replace("%", "%%") for text in (target, key))
    return (
        f'{{"id":%d,"type":"step","{name}":{environment},"idempotencyKey":{begun[:-1]}%d",'
        '"action":%d}'
    ).encode()


def _masked(content: bytes | bytearray, mask: bytes) -> bytes:
    """As RFC 6455 has it: every four bytes xor the mask."""
    length = len(content)
    if length < _SHORT:
        repeated = (mask * (length // 4 + 1))[:length]
        xor = int.from_bytes(content, "big") ^ int.from_bytes(repeated, "big")
        return xor.to_bytes(length, "big")
    padded = bytes(content) + bytes(-length % 4)
    words = np.frombuffer(padded, np.uint32) ^ np.frombuffer(mask, np.uint32)
    return words.tobytes()[:length]


def _read_response(stream: Stream) -> tuple[int, str, dict[str, str], bytes | bytearray]:
    """Status, reason, headers by their names in small letters, and body."""
    line = stream.read_line(_MOST_LINE).decode("latin-1")
    version, _, rest = line.partition(" ")
    status, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1.") or not (status.isdecimal() and len(status) == 3):
        raise ConnectionError(f"not HTTP: {line[:80]!r}")
    headers: dict[str, str] = {}
    for _ in range(_MOST_LINES):
        field = stream.read_line(_MOST_LINE).decode("latin-1")
        if not field:
            break
        name, _, value = field.partition(":")
        headers[name.strip().lower()] = value.strip()
    else:
        raise ConnectionError("the answer has too many headers")
    number = int(status)
    if number in (101, 204, 304):
        return number, reason, headers, b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return number, reason, headers, _read_chunks(stream)
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) > _MOST_MESSAGE:
        raise ConnectionError(f"the answer's Content-Length is {length!r}")
    return number, reason, headers, stream.read(int(length))


def _read_chunks(stream: Stream) -> bytes:
    content = bytearray()
    while True:
        size = stream.read_line(_MOST_LINE).partition(b";")[0].strip()
        try:
            length = int(size, 16)
        except ValueError:
            raise ConnectionError(f"not a chunk of HTTP: {size[:80]!r}") from None
        if length < 0 or len(content) + length > _MOST_MESSAGE:
            raise ConnectionError("the answer is too large")
        content += stream.read(length)
        # CR LF after a chunk; trailers, then an empty line, after the last
        while stream.read_line(_MOST_LINE) and length == 0:
            pass
        if length == 0:
            return bytes(content)


def _document(content: bytes | bytearray, binary: bool, where: str) -> dict[str, Any]:
    form = "CBOR" if binary else "JSON"
    try:
        document = cbor.decode(content) if binary else _json(content)
    except ValueError as e:
        beginning = bytes(content[:80])
        raise SplitGymError(f"{where}: the answer isn't {form}: {beginning!r}") from e
    if not isinstance(document, dict):
        beginning = bytes(content[:80])
        raise SplitGymError(f"{where}: the answer isn't a {form} object: {beginning!r}")
    return document


def _json(content: bytes | bytearray) -> Any:
    """As ``json.loads`` has it, which looks for the encoding and for blanks first."""
    text = content.decode()
    if text[:1] != "{":
        return json.loads(text)
    document, end = _raw_decode(text)
    if end != len(text) and text[end:].strip():
        raise ValueError("something follows the JSON")
    return document


def _members(body: Mapping[str, Any] | None) -> str:
    """The members of an object, behind others."""
    if not body:
        return ""
    if len(body) == 1:
        # a step's action, most of the time; an encoder is made for each object otherwise
        ((name, value),) = body.items()
        if type(value) is int:
            return f",{_quoted(name)}:{value}"
    return "," + _dumps(body)[1:-1]


def _problem(kind: str, content: bytes | bytearray) -> dict[str, Any] | None:
    try:
        if kind == "application/cbor":
            problem = cbor.decode(content)
        elif kind in _JSON:
            problem = json.loads(content)
        else:
            return None
    except ValueError:
        return None
    return problem if isinstance(problem, dict) else None


def _plain(value: Any) -> Any:
    """What NumPy's scalars and arrays are in JSON."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{value!r} of type {type(value).__name__} can't be sent as JSON")
