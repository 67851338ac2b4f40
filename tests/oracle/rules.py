"""The rules that a request must satisfy, as the contract states them.

Each rule yields `(field, rule)` for every violation: the field's path, and what is wrong with it.
"""

import math
import re
import unicodedata
from typing import NamedTuple

from event_json import EVENTS, struct
from wire import not_utf8

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NAME_OF_KIND = re.compile(r"[a-z0-9_-]{1,64}")
IDEMPOTENCY_KEY = re.compile(r"[!-~]{0,128}")
PROPERTY_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
RESERVED_PROPERTY = re.compile(r"dino|(event_id|event_type|traceparent|tracestate)\Z")
LARGEST_USER_ID = 2**53 - 1
LATEST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
LONGEST_EXPIRY = 2**32 - 1
TYPED = {kind for _, kind, _ in EVENTS.values()}


class Limits(NamedTuple):
    """Settings of the bridge."""

    max_recipients: int = 10000
    max_payload_bytes: int = 65536


def size(text):
    return len(text.encode())


def uuid(field, text):
    if not UUID.fullmatch(text):
        yield field, "is not a UUID"


def user_id(field, number):
    if not 1 <= number <= LARGEST_USER_ID:
        yield field, "is not a user's ID"


def file_id(field, text):
    if not 1 <= size(text) <= 255:
        yield field, "is not of 1 to 255 bytes"


def time(field, event, name):
    if not event.HasField(name):
        yield field, "is missing"
        return
    timestamp = getattr(event, name)
    if not (0 <= timestamp.seconds <= LATEST_SECOND and 0 <= timestamp.nanos < 10**9):
        yield field, "is not a time from 1970 to 9999"


def each(rule, field, values):
    for index, one in enumerate(values):
        yield from rule(f"{field}[{index}]", one)


def in_the_json(rule, field, values, limits):
    """A list that goes into the JSON: repeated entries count."""
    if len(values) > limits.max_recipients:
        yield field, "is too long"
    yield from each(rule, field, values)


def filled(rule, field, values, limits):
    if not values:
        yield field, "is empty"
    yield from in_the_json(rule, field, values, limits)


def distinct(rule, field, values, most):
    """A list of recipients: a repeated one counts once."""
    if len(set(values)) > most:
        yield field, "is too long"
    yield from each(rule, field, values)


def group(event, request, limits):
    yield from uuid("group.group_id", event.group_id)
    if not 1 <= size(event.name) <= 1024:
        yield "group.name", "is not of 1 to 1024 bytes"
    for name in ("created_at", "updated_at", "last_message_time"):
        yield from time(f"group.{name}", event, name)
    if event.group_type not in (1, 2):
        yield "group.group_type", "is not a group type"
    yield from user_id("group.owner_id", event.owner_id)
    # They are the recipients if the request names none.
    rule = in_the_json if request.user_ids else filled
    yield from rule(user_id, "group.user_ids", event.user_ids, limits)


def message(event, request, limits):
    yield from uuid("message.group_id", event.group_id)
    yield from user_id("message.sender_id", event.sender_id)
    if event.HasField("file_id"):
        yield from file_id("message.file_id", event.file_id)
    elif not event.message_payload:
        yield "message.message_payload", "is empty without a file"
    if size(event.message_payload) > limits.max_payload_bytes:
        yield "message.message_payload", "is too long"
    yield from uuid("message.message_id", event.message_id)
    if not NAME_OF_KIND.fullmatch(event.message_type):
        yield "message.message_type", "is not a type's name"
    yield from time("message.created_at", event, "created_at")


def attachment(event, request, limits):
    yield from message(event, request, limits)
    if not event.HasField("file_id"):
        yield "message.file_id", "is missing"


def read(event, request, limits):
    yield from uuid("read.group_id", event.group_id)
    yield from user_id("read.user_id", event.user_id)
    yield from time("read.read_at", event, "read_at")
    if event.group_type != 2:
        yield "read.group_type", "is not 1-to-1"


def join(event, request, limits):
    yield from uuid("join.group_id", event.group_id)
    yield from time("join.created_at", event, "created_at")
    yield from filled(user_id, "join.user_ids", event.user_ids, limits)


def leave(event, request, limits):
    yield from uuid("leave.group_id", event.group_id)
    yield from time("leave.created_at", event, "created_at")
    yield from user_id("leave.user_id", event.user_id)


def delete_message(event, request, limits, name="delete_message"):
    yield from uuid(f"{name}.group_id", event.group_id)
    yield from time(f"{name}.created_at", event, "created_at")
    yield from filled(uuid, f"{name}.message_ids", event.message_ids, limits)


def delete_attachment(event, request, limits):
    yield from delete_message(event, request, limits, "delete_attachment")
    yield from filled(file_id, "delete_attachment.file_ids", event.file_ids, limits)


def writable(value):
    """Whether JSON can hold a google.protobuf.Value."""
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return math.isfinite(value.number_value)
    if kind == "list_value":
        return all(map(writable, value.list_value.values))
    if kind == "struct_value":
        return all(map(writable, value.struct_value.fields.values()))
    return kind is not None


def keys_of_an_event(field, data):
    if not all(map(writable, data.fields.values())):
        yield field, "has a value that JSON cannot hold"
    if data.fields.keys() & {"event_type", "group_id"}:
        yield field, "overwrites the event's own keys"


def json_size(data):
    """None if JSON cannot hold it."""
    return size(struct(data)) if all(map(writable, data.fields.values())) else None


def custom(event, request, limits):
    if not NAME_OF_KIND.fullmatch(event.event_type):
        yield "custom.event_type", "is not a type's name"
    elif event.event_type in TYPED:
        yield "custom.event_type", "belongs to another RPC"
    yield from uuid("custom.group_id", event.group_id)
    yield from keys_of_an_event("custom.data", event.data)
    if (json_size(event.data) or 0) > limits.max_payload_bytes:
        yield "custom.data", "is too long"


def advisable(character):
    """MQTT 5.0 advises against control characters and noncharacters (1.5.4)."""
    code = ord(character)
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return unicodedata.category(character) != "Cc" and not noncharacter


def allowed_in_a_topic(character):
    return character not in "+#" and advisable(character)


def topic(field, name):
    levels = name.split("/")
    # `dms/{environment}` stands before it, and a topic has at most 10 levels.
    if not all(levels) or len(levels) > 8:
        yield field, "has an empty level, or too many"
    elif size(name) > 255:
        yield field, "is too long"
    elif name.startswith("$") or not all(map(allowed_in_a_topic, name)):
        yield field, "has a character that a topic must not have"


def overlays(request, limits):
    for user, extra in request.overlays.items():
        field = f"overlays[{user}]"
        if user not in request.user_ids:
            yield field, "is not for a recipient"
        yield from keys_of_an_event(field, extra)
        if extra.fields.keys() & request.custom.data.fields.keys():
            yield field, "overwrites a key of the data"
    if sum(json_size(extra) or 0 for extra in request.overlays.values()) > limits.max_payload_bytes:
        yield "overlays", "is too long, all together"


def whom(rpc, request, limits):
    """The rules of the recipients."""
    most = 2 if rpc == "PublishRead" else limits.max_recipients
    topics = request.topics if rpc == "PublishCustom" else []
    # PublishGroup falls back to the group's users, which have their own rule.
    if not request.user_ids and not topics and rpc != "PublishGroup":
        yield "user_ids", "is empty"
    yield from distinct(user_id, "user_ids", request.user_ids, most)
    if request.user_ids and topics:
        yield "topics", "stands beside user_ids"
    yield from distinct(topic, "topics", topics, most)


def options(chosen):
    if chosen.HasField("expiry"):
        seconds, nanos = chosen.expiry.seconds, chosen.expiry.nanos
        signs = {math.copysign(1, part) for part in (seconds, nanos) if part}
        if abs(nanos) >= 10**9 or len(signs) > 1:
            yield "options.expiry", "is not a duration"
        elif not 1 <= seconds + (nanos > 0) <= LONGEST_EXPIRY:
            yield "options.expiry", "is not of 1 to 4294967295 seconds"
    if chosen.qos not in (0, 1, 2):
        yield "options.qos", "is unknown"
    if chosen.result_detail not in (0, 1, 2, 3):
        yield "options.result_detail", "is unknown"
    if not IDEMPOTENCY_KEY.fullmatch(chosen.idempotency_key):
        yield "options.idempotency_key", "is not visible ASCII, or too long"
    yield from user_properties(chosen.user_properties)


def user_properties(properties):
    """Each rule once, however many entries break it."""
    field = "options.user_properties"
    if len(properties) > 8:
        yield field, "is too long"
    if not all(map(PROPERTY_NAME.fullmatch, properties)):
        yield field, "has a name of other characters, or none, or too long"
    if any(map(RESERVED_PROPERTY.match, properties)):
        yield field, "has a reserved name"
    if not all(is_property_value(value) for value in properties.values()):
        yield field, "has a value that is too long or has control characters"


def is_property_value(text):
    return size(text) <= 256 and all(map(advisable, text))


RULES = {
    "PublishGroup": group,
    "PublishMessage": message,
    "PublishAttachment": attachment,
    "PublishEdit": message,
    "PublishActionLog": message,
    "PublishRead": read,
    "PublishJoin": join,
    "PublishLeave": leave,
    "PublishDeleteAttachment": delete_attachment,
    "PublishDeleteMessage": delete_message,
    "PublishCustom": custom,
}


def violations(rpc, request, limits):
    """All violations: a field appears once for each rule that it breaks."""
    # Text that is not UTF-8 makes the request unreadable, so no other rule can be judged.
    found = list(not_utf8(request))
    if found:
        return found
    name = EVENTS[rpc][0] if rpc in EVENTS else "custom"
    if request.HasField(name):
        found += RULES[rpc](getattr(request, name), request, limits)
    else:
        found.append((name, "is missing"))
    found += whom(rpc, request, limits)
    if rpc == "PublishCustom":
        found += overlays(request, limits)
    found += options(request.options)
    return found
