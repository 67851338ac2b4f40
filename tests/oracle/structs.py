"""The data of custom events: google.protobuf.Struct from Python's own values."""

from google.protobuf.struct_pb2 import NULL_VALUE, Struct
from hypothesis import strategies as st

from event_json import text
from values import NOT_NUMBERS, NOT_UTF8, NUMBERS, SPECIAL_TEXTS, TEXTS, UNSET, filled

LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
KEYS = st.one_of(st.sampled_from(["", "a", "b", "Z", "\u00e9"]), st.sampled_from(SPECIAL_TEXTS))
KEYS_OF_OVERLAYS = KEYS.map("extra{}".format)
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=3),
    max_leaves=5,
)
TAKEN_KEYS = st.sampled_from(["event_type", "group_id"])
ODD_KEYS = st.one_of(
    TAKEN_KEYS, NOT_UTF8, st.sampled_from(["event_type ", "Event_type", "group_id\0", "created_at"])
)
# Values that JSON cannot hold; UNSET is a Value without a kind.
UNWRITABLE = st.one_of(NOT_NUMBERS, st.just(UNSET)).flatmap(
    lambda value: st.sampled_from([value, [value], [[1.0, value]], {"a": value}, {"a": [value]}])
)


def set_value(value, content):
    if content is None:
        value.null_value = NULL_VALUE
    elif content is UNSET:
        value.ClearField("kind")
    elif isinstance(content, bool):
        value.bool_value = content
    elif isinstance(content, float):
        value.number_value = content
    elif isinstance(content, str):
        value.string_value = content
    elif isinstance(content, list):
        value.list_value.SetInParent()
        for one in content:
            set_value(value.list_value.values.add(), one)
    else:
        value.struct_value.CopyFrom(to_struct(content))


def to_struct(content):
    struct = Struct()
    for key, one in content.items():
        set_value(struct.fields[key], one)
    return struct


def nested(depth, kind):
    """As deep as protobuf's own limit of 100 messages lets it be, if `depth` is 30."""
    content = None
    for _ in range(depth):
        content = [content] if kind is list else {"a": content}
    return {"a": content}


def of_size(size, key, letter):
    """An object that takes so many bytes of JSON."""
    room = size - len(f'{{"{key}":""}}')
    each = len(text(letter).encode()) - 2
    return {key: letter * (room // each) + filled(room % each)}


def sized(sizes, key):
    letters = st.sampled_from(['"', "a", "\u00e9", "\x01", "\U0001f44d"])
    return st.builds(of_size, st.sampled_from(sizes), st.just(key), letters)


def data(limits):
    most = limits.max_payload_bytes
    return st.one_of(
        st.just(UNSET),
        st.dictionaries(KEYS, TREES, max_size=4),
        sized([most - 2, most - 1, most], "k"),
        st.builds(nested, st.sampled_from([5, 30]), st.sampled_from([list, dict])),
    )


def odd_data(limits):
    most = limits.max_payload_bytes
    return st.one_of(
        st.dictionaries(ODD_KEYS, LEAVES, min_size=1, max_size=3),
        st.dictionaries(KEYS, NOT_UTF8.flatmap(wrapped), min_size=1, max_size=2),
        sized([most + 1, most + 2, most + 3], "k"),
        sized([most, most + 1], "event_type"),
    )


def unwritable_data():
    """Small, and never beside other overlays, because its size as JSON is undefined."""
    return st.builds(lambda key, value: {key: value}, KEYS, UNWRITABLE)


def wrapped(value):
    return st.sampled_from([value, [value], {"b": value}, {value: None}, [None, {"b": [value]}]])


def overlays():
    return st.dictionaries(KEYS_OF_OVERLAYS, TREES, max_size=3)


def halves(limit):
    """Two objects that take about `limit` bytes together."""
    half = limit // 2
    sizes = st.sampled_from([limit - half - 1, limit - half, limit - half + 1, limit - half + 2])
    second = st.builds(of_size, sizes, st.just("extra"), st.just('"'))
    return st.tuples(st.just(of_size(half, "extra", "\u00e9")), second)
