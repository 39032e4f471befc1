"""CBOR (RFC 8949) as far as the server speaks it; typed arrays are NumPy's."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_DTYPES = frozenset({"float32", "float64", "int8", "uint8", "int32", "int64", "bool"})
_TYPED_ARRAY = {"dtype", "shape", "data"}
_BREAK = object()
_SIMPLE: dict[int, Any] = {20: False, 21: True, 22: None, 23: None}
_MOST_DEPTH = 64


def encode(value: Any) -> bytes:
    """The bytes of a value.

    Args:
        value: None, a truth value, number, text or bytes; an array, which becomes ``{"dtype",
            "shape", "data"}``; lists and dictionaries of these.

    Raises:
        TypeError: if there is anything else in it.
    """
    out = bytearray()
    _write(out, value)
    return bytes(out)


def decode(content: bytes | bytearray) -> Any:
    """The value of some bytes, a new array for each typed array in it.

    Raises:
        ValueError: if they aren't one value.
    """
    reader = _Reader(content)
    try:
        value = reader.value(0)
    except (IndexError, struct.error, UnicodeDecodeError, TypeError) as e:
        raise ValueError(f"not CBOR ({e})") from e
    if value is _BREAK or reader.at != len(content):
        raise ValueError(f"not CBOR (byte {reader.at})")
    return value


def _head(out: bytearray, major: int, count: int) -> None:
    if count < 24:
        out.append(major << 5 | count)
    elif count < 1 << 8:
        out += struct.pack(">BB", major << 5 | 24, count)
    elif count < 1 << 16:
        out += struct.pack(">BH", major << 5 | 25, count)
    elif count < 1 << 32:
        out += struct.pack(">BI", major << 5 | 26, count)
    else:
        out += struct.pack(">BQ", major << 5 | 27, count)


def _write(out: bytearray, value: Any) -> None:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        if not -(1 << 64) <= value < 1 << 64:
            raise TypeError(f"{value} doesn't fit 64 bits")
        _head(out, 0 if value >= 0 else 1, value if value >= 0 else -1 - value)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xFB, value)
    elif isinstance(value, str):
        text = value.encode()
        _head(out, 3, len(text))
        out += text
    elif isinstance(value, bytes):
        _head(out, 2, len(value))
        out += value
    elif isinstance(value, np.ndarray):
        _write_array(out, value)
    elif isinstance(value, dict):
        _head(out, 5, len(value))
        for name, entry in value.items():
            _write(out, name)
            _write(out, entry)
    elif isinstance(value, (list, tuple)):
        _head(out, 4, len(value))
        for entry in value:
            _write(out, entry)
    else:
        raise TypeError(f"{value!r} of type {type(value).__name__} can't be sent as CBOR")


def _write_array(out: bytearray, array: np.ndarray[Any, Any]) -> None:
    if array.dtype.name not in _DTYPES or array.ndim == 0:
        _write(out, array.tolist())
        return
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    _write(
        out,
        {"dtype": array.dtype.name, "shape": list(array.shape), "data": little.tobytes()},
    )


class _Reader:
    """Reads values one after another."""

    def __init__(self, content: bytes | bytearray) -> None:
        self.content = content
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > _MOST_DEPTH:
            raise ValueError("not CBOR of the server's (too deep)")
        first = self.content[self.at]
        self.at += 1
        major, low = first >> 5, first & 31
        if major == 7:
            return self._simple(low)
        count = self._count(low)
        if major < 2:
            if count is None:
                raise ValueError("not CBOR (an integer without an end)")
            return count if major == 0 else -1 - count
        if major == 2:
            return self._bytes(count, depth)
        if major == 3:
            return str(self._bytes(count, depth), "utf-8")
        if major == 4:
            return self._list(count, depth)
        if major == 5:
            return self._map(count, depth)
        return self.value(depth + 1)  # a tag says nothing that we need

    def _count(self, low: int) -> int | None:
        if low < 24:
            return low
        if low == 31:
            return None
        if low > 27:
            raise ValueError(f"not CBOR (additional information {low})")
        width = 1 << low - 24
        end = self.at + width
        if end > len(self.content):
            raise ValueError("not CBOR (cut short)")
        count = int.from_bytes(self.content[self.at : end], "big")
        self.at = end
        return count

    def _simple(self, low: int) -> Any:
        if low == 31:
            return _BREAK
        for code, form, width in ((27, ">d", 8), (26, ">f", 4), (25, ">e", 2)):
            if low == code:
                (number,) = struct.unpack_from(form, self.content, self.at)
                self.at += width
                return number
        if low not in _SIMPLE:
            raise ValueError(f"not CBOR of the server's (simple value {low})")
        return _SIMPLE[low]

    def _bytes(self, count: int | None, depth: int) -> bytes | bytearray:
        if count is None:
            pieces = []
            while (piece := self.value(depth + 1)) is not _BREAK:
                pieces.append(piece.encode() if isinstance(piece, str) else piece)
            return b"".join(pieces)
        end = self.at + count
        if end > len(self.content):
            raise ValueError("not CBOR (cut short)")
        content = self.content[self.at : end]
        self.at = end
        return content

    def _list(self, count: int | None, depth: int) -> list[Any]:
        values: list[Any] = []
        while count is None or len(values) < count:
            value = self.value(depth + 1)
            if value is _BREAK:
                if count is None:
                    return values
                raise ValueError("not CBOR (a list ends early)")
            values.append(value)
        return values

    def _map(self, count: int | None, depth: int) -> Any:
        entries: dict[Any, Any] = {}
        read = 0
        while count is None or read < count:
            name = self.value(depth + 1)
            if name is _BREAK:
                if count is None:
                    break
                raise ValueError("not CBOR (a map ends early)")
            entries[name] = self._data(depth) if name == "data" else self.value(depth + 1)
            read += 1
        if len(entries) == 3 and entries.keys() == _TYPED_ARRAY:
            return _array(entries)
        if isinstance(entries.get("data"), memoryview):
            entries["data"] = bytes(entries["data"])
        return entries

    def _data(self, depth: int) -> Any:
        """A value; bytes where they are, since an array's need no copy before its own."""
        first = self.content[self.at]
        if first >> 5 != 2 or first == 0x5F:
            return self.value(depth + 1)
        self.at += 1
        count = self._count(first & 31) or 0
        end = self.at + count
        if end > len(self.content):
            raise ValueError("not CBOR (cut short)")
        view = memoryview(self.content)[self.at : end]
        self.at = end
        return view


def _array(entries: dict[str, Any]) -> np.ndarray[Any, Any]:
    if entries["dtype"] not in _DTYPES:
        raise ValueError(f"an array of an unknown type: {entries['dtype']!r}")
    dtype = np.dtype(entries["dtype"])
    flat = np.frombuffer(entries["data"], dtype.newbyteorder("<")).astype(dtype)
    return flat.reshape(entries["shape"])
