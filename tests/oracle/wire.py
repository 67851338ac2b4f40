"""Requests as bytes, also those with text that is not UTF-8, which no message can hold.

In a message such text is one of the characters of MARKS. They are replaced on the way to the
bridge by as many bytes, so that all lengths stay right.
"""

import re

MARKS = {
    "\U0010fff0": b"\xff\xfe\xfd\xfc",
    "\U0010fff1": b"\xed\xa0\x80A",  # A surrogate.
    "\U0010fff2": b"A\xed\xbf\xbf",
    "\U0010fff3": b"\xf4\x90\x80\x80",  # Beyond U+10FFFF.
    "\U0010fff4": b"\xc0\xaf\xc1\xbf",  # Longer than need be.
    "\U0010fff5": b"\xe0\x9f\xbfA",
    "\U0010fff6": b"\xf0\x8f\xbf\xbf",
    "\U0010fff7": b"\xe2\x82AA",  # Cut off.
    "\U0010fff8": b"AAA\xc3",
    "\U0010fff9": b"\x80AAA",  # Without a beginning.
}
# Protobuf does not say in which order it writes a map, so nobody knows an entry's index.
ANY = "*"
INDEX_IN_A_MAP = re.compile(r"(?<=\bfields\[)\d+(?=\])|(?<=^overlays\[)\d+(?=\]\.)")

START_OF_MARKS = "\U0010fff0".encode()[:3]


def serialize(request):
    """The bytes to send."""
    wire = request.SerializeToString()
    if START_OF_MARKS in wire:
        for mark, stands_for in MARKS.items():
            wire = wire.replace(mark.encode(), stands_for)
    return wire


def is_utf8(text):
    return not any(mark in text for mark in MARKS)


def without_map_indexes(path):
    return INDEX_IN_A_MAP.sub(ANY, path)


def not_utf8(request):
    """The violations of text that is not UTF-8."""
    if START_OF_MARKS in request.SerializeToString():
        yield from below(request, "")


def below(message, prefix):
    for field, value in message.ListFields():
        path = prefix + field.name
        if not field.is_repeated:
            yield from inside(value, path)
        elif field.message_type and field.message_type.GetOptions().map_entry:
            for key in value:
                yield from inside(key, f"{path}[{ANY}].key")
                yield from inside(value[key], f"{path}[{ANY}].value")
        else:
            for index, one in enumerate(value):
                yield from inside(one, f"{path}[{index}]")


def inside(value, path):
    if isinstance(value, str):
        if not is_utf8(value):
            yield path, "is not UTF-8"
    elif hasattr(value, "ListFields"):
        yield from below(value, path + ".")
