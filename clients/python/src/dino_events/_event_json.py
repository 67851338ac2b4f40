"""The size of custom data as the JSON that subscribers receive."""

from __future__ import annotations

from typing import Any

from google.protobuf.struct_pb2 import Struct

_LARGEST_WHOLE = 2**53
_SHORT_ESCAPES = frozenset('"\\\b\f\n\r\t')
_LONG_ESCAPE = len("\\u001F")


def json_bytes(fields: Struct) -> int:
    """The bytes of an object. All its values are set, and its numbers finite."""
    members = sum(_text(key) + 1 + _value(value) for key, value in fields.fields.items())
    return members + 2 + max(len(fields.fields) - 1, 0)


def _text(value: str) -> int:
    escapes = sum(
        1 if one in _SHORT_ESCAPES else _LONG_ESCAPE - 1
        for one in value
        if one in _SHORT_ESCAPES or one < " "
    )
    return len(value.encode()) + 2 + escapes


def _number(value: float) -> int:
    """Whole numbers up to 2^53 have no fraction; others are as short as reads back the same.

    Zeros are written out up to 21 digits before the point, and up to 6 behind it.
    """
    if abs(value) <= _LARGEST_WHOLE and value == int(value):
        return len(str(int(value)))
    mantissa, _, exponent_text = f"{abs(value)!r}".partition("e")
    digits = mantissa.replace(".", "").strip("0")
    point = _point(mantissa, int(exponent_text or 0))
    sign = value < 0
    if 0 < point <= 21:
        return sign + max(len(digits), point) + 1 + (len(digits) <= point)
    if -6 < point <= 0:
        return sign + 2 - point + len(digits)
    return sign + len(digits) + (len(digits) > 1) + 1 + len(str(point - 1))


def _point(mantissa: str, exponent: int) -> int:
    """Where the point is, if the number is 0.DIGITS times 10 to the power of that."""
    whole, _, fraction = mantissa.partition(".")
    if whole.strip("0"):
        return len(whole.lstrip("0")) + exponent
    return exponent - (len(fraction) - len(fraction.lstrip("0")))


def _value(value: Any) -> int:
    kind = value.WhichOneof("kind")
    if kind == "null_value":
        return len("null")
    if kind == "bool_value":
        return len("true" if value.bool_value else "false")
    if kind == "number_value":
        return _number(value.number_value)
    if kind == "string_value":
        return _text(value.string_value)
    if kind == "struct_value":
        return json_bytes(value.struct_value)
    values = value.list_value.values
    return sum(map(_value, values)) + 2 + max(len(values) - 1, 0)
