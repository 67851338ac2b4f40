"""For each field of a request: the strategies for right and for odd values."""

from functools import cache
from typing import NamedTuple

from hypothesis import strategies as st

import structs
import values
from values import UNSET


class Choice(NamedTuple):
    right: st.SearchStrategy
    odd: st.SearchStrategy


def user(index):
    return index + 1


def uuid_of(index):
    return f"{index:08x}" + values.GROUP[8:]


def file_of(index):
    return f"file {index}"


def long_lists(lengths, make):
    """Each entry appears once, or twice, or is the only one."""
    return st.builds(
        lambda length, step: [make(index // step) for index in range(length)],
        st.sampled_from(lengths),
        st.sampled_from([1, 2, 10**6]),
    )


def lists(most, choice, make):
    """Lists of entries that `choice` has, and long ones of those that make() makes."""
    short = st.lists(choice.right, min_size=1, max_size=min(4, most))
    mixed = st.lists(st.one_of(choice.right, choice.odd), max_size=6)
    # The bridge names at most 50 violations.
    many_odd = st.builds(
        lambda one, count: [one] * count, choice.odd, st.sampled_from([49, 51, 90])
    )
    return Choice(
        st.one_of(short, short, short, long_lists([max(most - 1, 1), most], make)),
        st.one_of(
            st.just(UNSET),
            mixed.map(without_unset),
            long_lists([most, most + 1, most + 60], make),
            many_odd.map(without_unset),
        ),
    )


def without_unset(entries):
    return [one for one in entries if one is not UNSET]


def recipients(rpc, limits):
    most = 2 if rpc == "PublishRead" else limits.max_recipients
    users = lists(most, USERS, user)
    # More entries than there may be recipients.
    repeated = st.integers(1, most).map(lambda count: [1, *range(1, count + 1)] * 2)
    right = st.one_of(users.right, users.right, users.right, repeated)
    if rpc == "PublishGroup":
        right = st.just(UNSET) | right
    return Choice(right, users.odd)


UUIDS = Choice(values.UUIDS, values.ODD_UUIDS)
USERS = Choice(values.USERS, values.ODD_USERS)
TIMES = Choice(values.TIMES, values.ODD_TIMES)
KINDS = Choice(values.KINDS, values.ODD_KINDS)
GROUP_TYPES = Choice(values.GROUP_TYPES, values.ODD_GROUP_TYPES)
FILES = Choice(values.texts(255), values.odd_texts(255))


@cache
def of_event(rpc, limits):
    """By field of the event."""
    payload = limits.max_payload_bytes
    most = limits.max_recipients
    choices = {
        "group_id": UUIDS,
        "message_id": UUIDS,
        "created_at": TIMES,
        "updated_at": TIMES,
        "last_message_time": TIMES,
        "read_at": TIMES,
        "owner_id": USERS,
        "sender_id": USERS,
        "user_id": USERS,
        "message_type": KINDS,
        "event_type": KINDS,
        "group_type": GROUP_TYPES,
        "name": Choice(values.texts(1024), values.odd_texts(1024)),
        "message_payload": Choice(values.texts(payload), values.odd_texts(payload)),
        "file_id": Choice(st.just(UNSET) | FILES.right, FILES.odd),
        "user_ids": lists(most, USERS, user),
        "message_ids": lists(most, UUIDS, uuid_of),
        "file_ids": lists(most, FILES, file_of),
        "data": Choice(
            structs.data(limits), st.one_of(structs.odd_data(limits), structs.unwritable_data())
        ),
    }
    if rpc == "PublishRead":
        choices["group_type"] = Choice(st.just(2), values.ODD_GROUP_TYPES)
    if rpc == "PublishAttachment":
        choices["file_id"] = FILES
    return choices


@cache
def of_request(rpc, limits):
    """By field of the request, beside the event and the options."""
    topics = Choice(values.TOPICS, values.ODD_TOPICS)
    return {
        "user_ids": recipients(rpc, limits),
        "topics": lists(limits.max_recipients, topics, "t{}".format),
        "overlay": Choice(structs.overlays(), structs.odd_data(limits)),
        "unwritable overlay": structs.unwritable_data(),
        "two overlays": structs.halves(limits.max_payload_bytes),
    }


OPTIONS = {
    "expiry": Choice(values.EXPIRIES, values.ODD_EXPIRIES),
    "qos": Choice(st.sampled_from([0, 1, 2]), st.sampled_from([3, 7, -1, 2**31 - 1])),
    "idempotency_key": Choice(values.KEYS, values.ODD_KEYS),
    "result_detail": Choice(st.sampled_from([0, 1, 2, 3]), st.sampled_from([4, -1, 2**31 - 1])),
    "user_properties": Choice(
        st.just({}) | values.PROPERTIES, values.ODD_PROPERTIES
    ),
    "validate_only": Choice(st.sampled_from([False, False, False, True]), st.booleans()),
}
