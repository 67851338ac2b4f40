"""The server's rules for requests, for `FakePublisher`: which fields break one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._event_json import json_bytes
from dino_events.event import Event
from dino_events.failure import Violation

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TYPE_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_KEY = re.compile(r"[!-~]{0,128}")
_PROPERTY_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RESERVED_PROPERTY = re.compile(r"dino|(event_id|event_type|traceparent|tracestate)\Z")
_MOST_PROPERTIES = 8
_MOST_PROPERTY_BYTES = 256
_LAST_USER_ID = 2**53 - 1
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z
_LAST_EXPIRY = 2**32 - 1
_MOST_TOPIC_BYTES = 255
# `dms/{environment}` stands before it, and a topic has at most 10 levels.
_MOST_TOPIC_LEVELS = 8
_TYPED = frozenset(field.name for field in api.EventRequest.DESCRIPTOR.fields) - {"custom"}

Violations = Iterator[Violation]
Check = Callable[[str, Any], Violations]


def violations(event: Event, max_recipients: int, max_payload_bytes: int) -> list[Violation]:
    """All fields of an event that break a rule."""
    return list(_Rules(event, max_recipients, max_payload_bytes).all())


def uuid(field: str, text: str) -> Violations:
    """A UUID's text."""
    if not _UUID.fullmatch(text):
        yield Violation(field, "must be a UUID: 8-4-4-4-12 hexadecimal digits")


def user_id(field: str, number: int) -> Violations:
    """A user's ID."""
    if not 1 <= number <= _LAST_USER_ID:
        yield Violation(field, "must be 1 to 9007199254740991 (2^53-1)")


def text(most: int) -> Check:
    """Text that must not be empty."""

    def check(field: str, value: str) -> Violations:
        if not 1 <= len(value.encode()) <= most:
            yield Violation(field, f"must be 1 to {most} bytes")

    return check


def topic(field: str, name: str) -> Violations:
    """A topic that is given in the place of a user's ID."""
    levels = name.split("/")
    if not all(levels) or len(levels) > _MOST_TOPIC_LEVELS:
        yield Violation(field, "must have levels that are not empty, and not too many")
    elif len(name.encode()) > _MOST_TOPIC_BYTES:
        yield Violation(field, f"must be 1 to {_MOST_TOPIC_BYTES} bytes")
    elif name.startswith("$") or not set("+#").isdisjoint(name) or not _is_plain(name):
        yield Violation(field, "must not have a character that topics cannot have")


def _is_plain(string: str) -> bool:
    return not any(map(_is_control_or_noncharacter, string))


def _is_control_or_noncharacter(character: str) -> bool:
    code = ord(character)
    is_noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    return unicodedata.category(character) == "Cc" or is_noncharacter


def _type_name(field: str, name: str) -> Violations:
    if not _TYPE_NAME.fullmatch(name):
        yield Violation(field, "must be 1 to 64 of a-z, 0-9, _ and -")


def _is_writable(value: Any) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "number_value":
        return math.isfinite(value.number_value)
    if kind == "list_value":
        return all(map(_is_writable, value.list_value.values))
    if kind == "struct_value":
        return all(map(_is_writable, value.struct_value.fields.values()))
    return kind is not None


def _keys(field: str, fields: Struct) -> Violations:
    if {"event_type", "group_id"} & set(fields.fields):
        yield Violation(field, "must not have the keys event_type and group_id")
    if not all(map(_is_writable, fields.fields.values())):
        yield Violation(field, "must have only set values and finite numbers")


def _size(fields: Struct) -> int:
    return json_bytes(fields) if all(map(_is_writable, fields.fields.values())) else 0


class _Rules:
    """The rules of one request."""

    def __init__(self, event: Event, max_recipients: int, max_payload_bytes: int) -> None:
        self._kind = event.kind
        self._request = event.request
        self._field = event.content_field
        self._content = getattr(event.request, event.content_field)
        self._most = max_recipients
        self._most_bytes = max_payload_bytes

    def all(self) -> Violations:
        if self._request.HasField(self._field):
            for name in (one.name for one in self._content.DESCRIPTOR.fields):
                yield from self._content_field(name)
        else:
            yield Violation(self._field, "is required")
        yield from self._recipients()
        if self._kind == "custom":
            yield from self._overlays()
        yield from self._options()

    def _content_field(self, name: str) -> Violations:
        """The rules of a field of the event's content."""
        field = f"{self._field}.{name}"
        value = getattr(self._content, name)
        if name in ("group_id", "message_id"):
            yield from uuid(field, value)
        elif name in ("owner_id", "sender_id", "user_id"):
            yield from user_id(field, value)
        elif name.endswith("_at") or name == "last_message_time":
            yield from self._time(field, name)
        elif name in ("message_type", "event_type"):
            yield from _type_name(field, value)
        else:
            yield from getattr(self, "_" + name)(field, value)
        if name == "event_type" and value in _TYPED:
            yield Violation(field, "must not be the event_type of another RPC")

    def _time(self, field: str, name: str) -> Violations:
        time = getattr(self._content, name)
        if not self._content.HasField(name):
            yield Violation(field, "is required")
        elif not (0 <= time.seconds <= _LAST_SECOND and 0 <= time.nanos < 10**9):
            yield Violation(field, "must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z")

    def _name(self, field: str, value: str) -> Violations:
        yield from text(1024)(field, value)

    def _file_id(self, field: str, value: str) -> Violations:
        if self._content.HasField("file_id"):
            yield from text(255)(field, value)
        elif self._kind == "attachment":
            yield Violation(field, "is required")

    def _message_payload(self, field: str, value: str) -> Violations:
        if not value and not self._content.HasField("file_id"):
            yield Violation(field, "must not be empty unless file_id is set")
        if len(value.encode()) > self._most_bytes:
            yield Violation(field, f"must be at most {self._most_bytes} bytes")

    def _group_type(self, field: str, value: int) -> Violations:
        if self._kind == "read" and value != 2:
            yield Violation(field, "must be GROUP_TYPE_ONE_TO_ONE")
        elif value not in (1, 2):
            yield Violation(field, "is required")

    def _user_ids(self, field: str, values: Any) -> Violations:
        """Members of a group, or joiners."""
        is_optional = self._kind == "group" and self._request.user_ids
        yield from self._list(user_id, field, values, 0 if is_optional else 1)

    def _message_ids(self, field: str, values: Any) -> Violations:
        yield from self._list(uuid, field, values, 1)

    def _file_ids(self, field: str, values: Any) -> Violations:
        yield from self._list(text(255), field, values, 1)

    def _list(self, check: Check, field: str, values: Any, least: int) -> Violations:
        if not least <= len(values) <= self._most:
            yield Violation(field, f"must have {least} to {self._most} entries")
        yield from _each(check, field, values)

    def _data(self, field: str, fields: Struct) -> Violations:
        yield from _keys(field, fields)
        if _size(fields) > self._most_bytes:
            yield Violation(field, f"must take at most {self._most_bytes} bytes as JSON")

    def _recipients(self) -> Violations:
        users = self._request.user_ids
        topics = self._request.topics if self._kind == "custom" else []
        most = 2 if self._kind == "read" else self._most
        if not users and not topics and self._kind != "group":
            yield Violation("user_ids", "must name at least one user")
        if users and topics:
            yield Violation("topics", "must be empty if user_ids is not")
        for field, values, check in (("user_ids", users, user_id), ("topics", topics, topic)):
            if len(set(values)) > most:
                yield Violation(field, f"must name at most {most} different ones")
            yield from _each(check, field, values)

    def _overlays(self) -> Violations:
        users = set(self._request.user_ids)
        for user, extra in self._request.overlays.items():
            field = f"overlays[{user}]"
            if user not in users:
                yield Violation(field, "must be for one of user_ids")
            yield from _keys(field, extra)
            if set(extra.fields) & set(self._request.custom.data.fields):
                yield Violation(field, "must not have a key of custom.data")
        if sum(map(_size, self._request.overlays.values())) > self._most_bytes:
            yield Violation("overlays", f"must take at most {self._most_bytes} bytes together")

    def _options(self) -> Violations:
        options = self._request.options
        if options.HasField("expiry"):
            yield from _expiry(options.expiry)
        if options.qos not in (0, 1, 2):
            yield Violation("options.qos", "must be a known Qos")
        if options.result_detail not in (0, 1, 2, 3):
            yield Violation("options.result_detail", "must be a known ResultDetail")
        if not _KEY.fullmatch(options.idempotency_key):
            yield Violation("options.idempotency_key", "must be at most 128 bytes of visible ASCII")
        yield from _user_properties(options.user_properties)


def _user_properties(properties: Mapping[str, str]) -> Violations:
    field = "options.user_properties"
    if len(properties) > _MOST_PROPERTIES:
        yield Violation(field, f"must have at most {_MOST_PROPERTIES} entries")
    if not all(map(_PROPERTY_NAME.fullmatch, properties)):
        yield Violation(field, "must have names of 1 to 64 of A-Z, a-z, 0-9, _, . and -")
    if any(map(_RESERVED_PROPERTY.match, properties)):
        yield Violation(field, "must have no reserved names")
    for value in properties.values():
        if len(value.encode()) > _MOST_PROPERTY_BYTES or not _is_plain(value):
            yield Violation(
                field, f"must have values of at most {_MOST_PROPERTY_BYTES} bytes without controls"
            )
            break


def _expiry(expiry: Any) -> Violations:
    seconds, nanos = expiry.seconds, expiry.nanos
    if abs(nanos) >= 10**9 or seconds * nanos < 0:
        yield Violation("options.expiry", "must be a valid Duration")
    elif not 1 <= seconds + (nanos > 0) <= _LAST_EXPIRY:
        yield Violation("options.expiry", "must be 1 to 4294967295 seconds")


def _each(check: Check, field: str, values: Iterable[Any]) -> Violations:
    for index, value in enumerate(values):
        yield from check(f"{field}[{index}]", value)
