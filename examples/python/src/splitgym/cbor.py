"""CBOR (RFC 8949) as far as the server speaks it; typed arrays are NumPy's."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

_DTYPES = frozenset({"float32", "float64", "int8", "uint8", "int32", "int64", "bool"})
# On the wire, by their names there and by the texts of these.
_LITTLE = {name: np.dtype(name).newbyteorder("<") for name in _DTYPES}
_LITTLE_TEXTS = {bytes((0x60 | len(name),)) + name.encode(): _LITTLE[name] for name in _DTYPES}
# What a typed array begins with, and what its shape and bytes follow upon.
_ARRAY, _SHAPE, _DATA = b"\xa3edtype", b"eshape", b"ddata"
_BEGINNINGS = {
    name: _ARRAY + bytes((0x60 | len(name),)) + name.encode() + _SHAPE for name in _DTYPES
}
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
    if isinstance(value, str):
        text = value.encode()
        _head(out, 3, len(text))
        out += text
        return
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
    name = array.dtype.name
    if name not in _DTYPES or array.ndim == 0:
        _write(out, array.tolist())
        return
    content = array.astype(_LITTLE[name], copy=False).tobytes()
    out += _BEGINNINGS[name]
    _head(out, 4, array.ndim)
    for length in array.shape:
        _head(out, 0, length)
    out += _DATA
    _head(out, 2, len(content))
    out += content


class _Reader:
    """Reads values one after another."""

    def __init__(self, content: bytes | bytearray) -> None:
        self.content = content
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > _MOST_DEPTH:
            raise ValueError("not CBOR of the server's (too deep)")
        content, at = self.content, self.at
        first = content[at]
        if first == 0xA3 and content[at : at + 7] == _ARRAY:
            array = self._typed_array()
            if array is not None:
                return array
        self.at = at = at + 1
        major, low = first >> 5, first & 31
        if major == 3 and low < 24:
            # a name, most of the time
            end = at + low
            if end > len(content):
                raise ValueError("not CBOR (cut short)")
            self.at = end
            return str(content[at:end], "utf-8")
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
            entries[name] = self.value(depth + 1)
            read += 1
        if len(entries) == 3 and entries.keys() == _TYPED_ARRAY:
            return _array(entries)
        return entries

    def _typed_array(self) -> np.ndarray[Any, Any] | None:
        """A typed array as the server writes it, copied once; None where it is another's."""
        content, before = self.content, self.at
        at = before + len(_ARRAY)
        after = at + 1 + (content[at] & 31)
        dtype = _LITTLE_TEXTS.get(bytes(content[at:after]))
        at = after + len(_SHAPE)
        if dtype is None or content[after:at] != _SHAPE or not 0x81 <= content[at] <= 0x97:
            return None
        rank = content[at] & 31
        self.at = at + 1
        shape = []
        for _ in range(rank):
            length = self.value(0)
            if type(length) is not int:
                raise ValueError(f"not CBOR of the server's (a shape of {length!r})")
            shape.append(length)
        at = self.at
        after = at + len(_DATA)
        if content[at:after] != _DATA or content[after] >> 5 != 2:
            self.at = before
            return None
        self.at = after + 1
        size = self._count(content[after] & 31)
        if size is None:
            self.at = before
            return None
        at = self.at
        self.at = at + size
        if self.at > len(content):
            raise ValueError("not CBOR (cut short)")
        flat = np.frombuffer(content, dtype, size // dtype.itemsize, at if size else 0)
        flat = flat.copy() if dtype.isnative else flat.astype(dtype.newbyteorder("="))
        if size != flat.nbytes:
            raise ValueError(f"an array of {dtype} in {size} bytes")
        return flat if rank == 1 and shape[0] == len(flat) else flat.reshape(shape)


def _array(entries: dict[str, Any]) -> np.ndarray[Any, Any]:
    if entries["dtype"] not in _DTYPES:
        raise ValueError(f"an array of an unknown type: {entries['dtype']!r}")
    flat = np.frombuffer(entries["data"], _LITTLE[entries["dtype"]]).astype(entries["dtype"])
    return flat.reshape(entries["shape"])
