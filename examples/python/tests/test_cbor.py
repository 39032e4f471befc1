"""CBOR against RFC 8949's own examples, and back and forth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from splitgym import cbor


# Appendix A of the RFC.
@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1a000f4240", 1000000),
        ("1bffffffffffffffff", 2**64 - 1),
        ("20", -1),
        ("3903e7", -1000),
        ("3bffffffffffffffff", -(2**64)),
        ("f93e00", 1.5),
        ("fa47c35000", 100000.0),
        ("fb3ff199999999999a", 1.1),
        ("f97c00", float("inf")),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("c11a514b67b0", 1363896240),
        ("4401020304", b"\x01\x02\x03\x04"),
        ("62c3bc", "\u00fc"),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("5f42010243030405ff", b"\x01\x02\x03\x04\x05"),
        ("7f657374726561646d696e67ff", "streaming"),
        ("9f018202039f0405ffff", [1, [2, 3], [4, 5]]),
        ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}),
    ],
)
def test_reads_the_examples_of_the_rfc(content: str, value: Any) -> None:
    assert cbor.decode(bytes.fromhex(content)) == value


@pytest.mark.parametrize(
    "content",
    ["", "18", "62c3", "62c328", "8201", "a1", "ff", "0000", "1c", "81" * 100 + "00", "1f", "a1ff"],
)
def test_refuses_what_is_no_value(content: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        cbor.decode(bytes.fromhex(content))


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint8", "int32", "int64", "bool"])
def test_arrays_keep_type_shape_and_values(dtype: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(dtype)
    again = cbor.decode(cbor.encode({"x": array}))["x"]
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)
    again[0, 0] = 1  # its own memory, which can be written


def test_values_come_back() -> None:
    value = {"a": [1, -5, 2**40, None, True, 0.1, "text", b"bytes"], "b": {"c": []}}
    assert cbor.decode(cbor.encode(value)) == value
    assert cbor.decode(cbor.encode(np.float32(0.5))) == 0.5
    assert cbor.decode(cbor.encode("x" * 70000)) == "x" * 70000


def test_what_cbor_has_no_word_for_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        cbor.encode({"x": {1, 2}})
    with pytest.raises(TypeError, match="64 bits"):
        cbor.encode(2**64)


@pytest.mark.parametrize(
    "array",
    [np.zeros(0), np.zeros((0, 3), np.float32), np.arange(70000), np.ones((2, 1, 3), np.bool_)],
)
def test_arrays_of_any_size_come_back(array: np.ndarray[Any, Any]) -> None:
    again = cbor.decode(cbor.encode([array, "behind"]))
    assert again[1] == "behind"
    assert again[0].dtype == array.dtype
    assert again[0].shape == array.shape
    np.testing.assert_array_equal(again[0], array)


def test_an_array_may_have_its_members_in_another_order_and_without_lengths() -> None:
    members = {"shape": [2, 1], "data": b"\x01\x02", "dtype": "int8"}
    np.testing.assert_array_equal(cbor.decode(cbor.encode(members)), [[1], [2]])
    streamed = bytes.fromhex("a3") + b"edtypedint8eshape\x9f\x02\xffddata\x5f\x42\x01\x02\xff"
    np.testing.assert_array_equal(cbor.decode(streamed), [1, 2])


@pytest.mark.parametrize(
    "members",
    [
        {"dtype": "int8", "shape": [3], "data": b"\x01"},
        {"dtype": "float64", "shape": [1], "data": b"\x01" * 9},
        {"dtype": "int8", "shape": [2**40], "data": b""},
        {"dtype": "int8", "shape": ["2"], "data": b"\x01\x01"},
        {"dtype": "object", "shape": [1], "data": b"\x01"},
    ],
)
def test_an_array_that_is_none_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        cbor.decode(cbor.encode(members))


@pytest.mark.parametrize("length", range(1, 70))
def test_an_array_cut_short_is_refused(length: int) -> None:
    content = cbor.encode(np.arange(5.0))
    assert len(content) > 69
    with pytest.raises(ValueError):  # noqa: PT011
        cbor.decode(content[:length])
