"""For subscribers: drops the copies of an event that at-least-once delivery may bring."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from typing import Any

# The keys of the payload that tell two events of a kind apart. The payload as a whole tells events
# of other kinds apart: all copies of an event have the same bytes.
_IDENTITY: dict[str, tuple[str, ...]] = {
    "message": ("message_id",),
    "attachment": ("message_id",),
    "action_log": ("message_id",),
    "read": ("group_id", "user_id", "read_at"),
    "join": ("group_id", "created_at", "user_ids"),
    "leave": ("group_id", "created_at", "user_id"),
    "delete_attachment": ("group_id", "message_ids", "file_ids"),
    "delete_message": ("group_id", "message_ids"),
}


class Deduplicator:
    """Tells whether an event comes for the first time at a topic.

    Remembers the last `capacity` events. With MQTT v5 an event is known by its user property
    `event_id`; an MQTT 3.1.1 connection gets none, and its events are known by their payload.
    There an edit back to an earlier text, or a custom event with the same data, counts as a copy of
    the earlier one, unless the backend gave each its own time or ID. Thread-safe.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._capacity = capacity
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def is_new(self, topic: str, payload: bytes, event_id: str | None = None) -> bool:
        """Whether that event has not come at that topic before.

        Remembers it at once: if handling it fails, and another copy is to be handled, `forget` it.
        """
        identity = (topic, event_id or identity_of(payload))
        with self._lock:
            is_new = identity not in self._seen
            self._seen[identity] = None
            self._seen.move_to_end(identity)
            if len(self._seen) > self._capacity:
                self._seen.popitem(last=False)
        return is_new

    def is_new_message(self, message: Any) -> bool:
        """The same of a message of paho-mqtt."""
        return self.is_new(message.topic, message.payload, _event_id_of(message))

    def forget(self, topic: str, payload: bytes, event_id: str | None = None) -> None:
        """Lets the next copy of that event be new."""
        with self._lock:
            self._seen.pop((topic, event_id or identity_of(payload)), None)

    def forget_message(self, message: Any) -> None:
        """The same of a message of paho-mqtt."""
        self.forget(message.topic, message.payload, _event_id_of(message))


def _event_id_of(message: Any) -> str | None:
    properties = getattr(message, "properties", None)
    pairs = getattr(properties, "UserProperty", None) or ()
    return dict(pairs).get("event_id")


def identity_of(payload: bytes) -> str:
    """What tells an event apart that has no `event_id`: the same for all its copies."""
    try:
        event = json.loads(payload)
        kind = event["event_type"]
        values = [event[key] for key in _IDENTITY[kind]]
    except (ValueError, KeyError, TypeError):
        return "sha256:" + hashlib.sha256(payload).hexdigest()
    return json.dumps([kind, *values], separators=(",", ":"))
