"""Teaches schemathesis CBOR, so that it fuzzes both encodings of every body."""

import base64

import cbor2
import schemathesis


@schemathesis.serializer("application/cbor")
def to_cbor(context, value):
    try:
        return cbor2.dumps(value)
    except (cbor2.CBOREncodeError, UnicodeEncodeError, ValueError):
        # half a surrogate pair is a text in Python and in no encoding
        return cbor2.dumps(str(value).encode("utf-8", "replace").decode("utf-8"))


@schemathesis.deserializer("application/cbor")
def from_cbor(context, response):
    try:
        return plain(cbor2.loads(response.content))
    except cbor2.CBORDecodeError as failure:
        raise ValueError(f"not CBOR: {failure}") from failure


def plain(value):
    """Byte strings as the Base64 that JSON has in their place."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value
