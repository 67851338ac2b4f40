"""Strategies for single fields: right values, and odd ones.

Odd ones may be right too: the rules decide.
"""

import math

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st

from wire import MARKS

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
UNSET = object()  # The field is left out.

UUIDS = st.one_of(
    st.sampled_from(
        [GROUP, GROUP.upper(), "6CBB3265-2a7f-494D-92ad-F4503d55d49f"]
        + [c * 8 + f"-{c * 4}" * 3 + "-" + c * 12 for c in "0fF"]
    ),
    st.uuids().map(str),
)
ODD_UUIDS = st.sampled_from(
    [
        UNSET,
        "x",
        GROUP[:-1],
        GROUP + "0",
        GROUP + "\n",
        " " + GROUP[1:],
        "{" + GROUP + "}",
        "urn:uuid:" + GROUP,
        GROUP.replace("-", ""),
        GROUP.replace("-", "_"),
        "6cbb32652-a7f-494d-92ad-f4503d55d49f",
        "g" + GROUP[1:],
        "\uff11" + GROUP[1:],
        GROUP[:-1] + "\0",
        *(mark + GROUP[4:] for mark in MARKS),
    ]
)

USERS = st.one_of(
    st.integers(1, 9), st.sampled_from([2**31, 2**32, 2**53 - 1]), st.integers(1, 2**53 - 1)
)
ODD_USERS = st.sampled_from([UNSET, 0, -1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)])

SPECIAL_TEXTS = [
    '"\\/',
    "\b\f\n\r\t",
    "\0",
    "\x01\x1f\x7f\x80\x9f",
    "\u2028\u2029",
    "\ud7ff\ue000",
    "\ufffd\ufffe\uffff",
    "\U0010ffff\ufdd0",
    "\ufeffBOM",
    "</script>&amp;",
    "%s%n\\u0041${x}",
    "e\u0301 \u00e9 \u6f22\u5b57 \U0001f44d\U0001f3fd",
]
LETTERS = st.characters(codec="utf-8", exclude_characters=list(MARKS))
TEXTS = st.one_of(st.sampled_from(SPECIAL_TEXTS), st.text(LETTERS, min_size=1, max_size=12))
NOT_UTF8 = st.builds(
    "{}{}{}".format, st.sampled_from(["", "a"]), st.sampled_from(list(MARKS)), st.just("z")
)


def filled(size, letter="a"):
    """A text of so many bytes of UTF-8."""
    count, rest = divmod(size, len(letter.encode()))
    return letter * count + "a" * rest


def around(limit):
    """Texts about as long as a limit in bytes."""
    sizes = st.sampled_from([limit - 1, limit, limit + 1, limit + 2])
    return st.builds(filled, sizes, st.sampled_from("a\u00e9\u6f22\U0001f44d"))


def texts(limit):
    return st.one_of(TEXTS, TEXTS, around(limit).filter(lambda text: len(text.encode()) <= limit))


def odd_texts(limit):
    return st.one_of(st.just(UNSET), st.just(""), around(limit), NOT_UTF8, TEXTS)


KINDS = st.one_of(
    st.sampled_from(["text", "image", "0", "-", "_", "z" * 64]),
    st.text("abyz0189_-", min_size=1, max_size=8),
)
ODD_KINDS = st.one_of(
    st.sampled_from([UNSET, "", "z" * 65, "Text", "a b", "a.b", "\u00e9", "a\n", "a\0", "{", "/"]),
    st.sampled_from(["group", "message", "attachment", "edit", "action_log", "read", "join"]),
    st.sampled_from(["leave", "delete_attachment", "delete_message", "custom", "batch"]),
    NOT_UTF8,
)

LAST_SECOND = 253402300799
NANOS = st.one_of(
    st.sampled_from([0, 1, 999, 1000, 500_000_000, 100_000_000, 999_999_999, 120_000, 794_828_000]),
    st.integers(0, 999_999_999),
)
SECONDS = st.one_of(st.sampled_from([0, 1, LAST_SECOND, 2**31, 2**32]), st.integers(0, LAST_SECOND))
TIMES = st.builds(Timestamp, seconds=SECONDS, nanos=NANOS)
ODD_TIMES = st.one_of(
    st.just(UNSET),
    st.builds(Timestamp, seconds=st.sampled_from([-1, 0, LAST_SECOND + 1])),
    st.builds(Timestamp, seconds=st.just(1), nanos=st.sampled_from([-1, 10**9])),
    st.builds(
        Timestamp,
        seconds=st.sampled_from([-1, 0, LAST_SECOND, LAST_SECOND + 1, 2**63 - 1, -(2**63)]),
        nanos=st.sampled_from([0, -1, 999_999_999, 10**9, 2**31 - 1, -(2**31)]),
    ),
)

GROUP_TYPES = st.sampled_from([1, 2])
ODD_GROUP_TYPES = st.sampled_from([UNSET, 0, 1, 3, -1, 2**31 - 1])

EXPIRIES = st.builds(Duration, seconds=st.integers(60, 2**32 - 2), nanos=NANOS)
ODD_EXPIRIES = st.one_of(
    st.builds(Duration, seconds=st.sampled_from([0, 1, -1, 2**32 - 1, 2**32])),
    st.builds(
        Duration,
        seconds=st.sampled_from([0, 1, 2, -1, 2**32 - 2, 2**32 - 1, 2**32, 2**63 - 1, -(2**63)]),
        nanos=st.sampled_from([0, 1, -1, 999_999_999, -999_999_999, 10**9, -(2**31)]),
    ),
)
KEYS = st.one_of(
    st.text(st.characters(codec="ascii", min_codepoint=0x21, max_codepoint=0x7E), max_size=9),
    st.just("~" * 128),
)
ODD_KEYS = st.one_of(
    st.sampled_from(["k" * 129, "a b", " ", "a\n", "\x7f", "\0", "\u00e9", "\uff21"]), NOT_UTF8
)

TOPICS = st.one_of(
    st.sampled_from(
        ["rooms/lobby", "7", "a/b/c/d/e/f/g/h", " ", "a/$b", "\u00e9", "dms", ".", "z" * 255]
    ),
    st.text("ab\u00e9\u6f22", min_size=1, max_size=6),
)
ODD_TOPICS = st.one_of(
    st.sampled_from(["", "/", "a/", "/a", "a//b", "+", "#", "a/+/b", "a#", "$SYS", "$"]),
    st.sampled_from(["a/b/c/d/e/f/g/h/i", "\0", "a\x1fb", "\x7f", "\x80", "\x9f", "\u2028"]),
    st.sampled_from(["\ufdd0", "\uffff", "\U0001ffff", "\U0010fffe", "\ufeff", "z" * 256]),
    around(255),
    NOT_UTF8,
)

NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e300, 1e-300, 5e-324, 1.7976931348623157e308, 2.0**53]),
    st.sampled_from([2.0**53 - 1, 2.0**53 + 2, -(2.0**53), -(2.0**53) - 2, 1e16, 1e20, 1e21, 1e22]),
    st.sampled_from([1e-5, 1e-6, 1e-7, 1.5e-7, 123456.75, 2.0**63, 2.5e21, 2.0**52 + 0.5]),
    st.integers(-(2**60), 2**60).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
)
NOT_NUMBERS = st.sampled_from([math.nan, math.inf, -math.inf])

PROPERTY_NAMES = st.one_of(
    st.sampled_from(["a", "n" * 64, "Sender-Device_1.0", "0", ".", "event", "Event_id", "DINO"]),
    st.text(st.sampled_from("azAZ09_.-"), min_size=1, max_size=8),
)
ODD_PROPERTY_NAMES = st.sampled_from(
    ["", "n" * 65, "a b", "a\n", "é", "a\0", "a/b", "event_id", "event_type", "traceparent"]
    + ["tracestate", "dino", "dino_bridge", "dinosaur", "din"]
)
PROPERTY_VALUES = st.one_of(
    st.sampled_from(["", "v" * 256, "é" * 128, "#+$ '\"", "\ufffd\U0010fffd"]),
    st.text(st.characters(exclude_categories=["C"]), max_size=20),
)
ODD_PROPERTY_VALUES = st.sampled_from(
    ["v" * 257, "é" * 129, "\0", "\n", "a\x7f", "\x80", "\x9f\xa0", "\ufdd0", "\ufdef", "\ufffe", "\U0001ffff"]
)
PROPERTIES = st.dictionaries(PROPERTY_NAMES.filter(lambda name: name[:4] != "dino"), PROPERTY_VALUES, max_size=8)
ODD_PROPERTIES = st.one_of(
    st.dictionaries(ODD_PROPERTY_NAMES, PROPERTY_VALUES, min_size=1, max_size=1),
    st.dictionaries(PROPERTY_NAMES, ODD_PROPERTY_VALUES, min_size=1, max_size=1),
    st.dictionaries(st.integers(0, 99).map("n{}".format), PROPERTY_VALUES, min_size=7, max_size=10),
    st.dictionaries(
        PROPERTY_NAMES | ODD_PROPERTY_NAMES, PROPERTY_VALUES | ODD_PROPERTY_VALUES, min_size=1, max_size=4
    ),
)
