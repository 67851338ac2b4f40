"""An event: the request of the RPC that publishes it, and what it is made of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events.types import Json, Options, Time

_REQUESTS: dict[str, Any] = {
    field.name: getattr(api, field.message_type.name)  # type: ignore[union-attr]
    for field in api.EventRequest.DESCRIPTOR.fields
}

_RPCS = {
    kind: str(request.DESCRIPTOR.name).removesuffix("Request")
    for kind, request in _REQUESTS.items()
}

_RESPONSES = {kind: getattr(api, rpc + "Response") for kind, rpc in _RPCS.items()}

# The options, and the fields of those that have another name there.
_OPTIONS = frozenset(Options.__annotations__)
_FIELDS = {"key": "idempotency_key", "detail": "result_detail"}

# The kinds whose content is a `Message`.
_MESSAGES = frozenset(("message", "attachment", "edit", "action_log"))


@dataclass(frozen=True)
class Event:
    """An event, ready to be published.

    Attributes:
      kind: Its kind, such as `message`: a field of `EventRequest`.
      request: The request of the RPC that publishes it. Not changed by publishing.
      timeout: Seconds that publishing may take. None: the publisher's default.
    """

    kind: str
    request: Any
    timeout: float | None = None

    @classmethod
    def of(cls, request: Any, timeout: float | None = None) -> Event:
        """An event of a request made by hand, such as a `PublishMessageRequest`."""
        for kind, request_type in _REQUESTS.items():
            if isinstance(request, request_type):
                return cls(kind, request, timeout)
        raise TypeError(f"not a request that publishes one event: {type(request).__name__}")

    @property
    def rpc(self) -> str:
        """The RPC that publishes it, such as `PublishMessage`."""
        return _RPCS[self.kind]

    @property
    def content_field(self) -> str:
        """The field of the request that says what happened."""
        return "message" if self.kind in _MESSAGES else self.kind

    @property
    def response_type(self) -> Any:
        """The message that this RPC answers with."""
        return _RESPONSES[self.kind]


def random_id() -> str:
    """A random UUID, version 4, in a third of the time that `uuid` takes."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def to_timestamp(time: Time | None) -> Timestamp:
    """None is now. A time without a zone could mean any, and is refused with ValueError."""
    time = time or datetime.now(UTC)
    if time.tzinfo is None:
        raise ValueError("a time needs a time zone, such as datetime.now(timezone.utc)")
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp


def to_struct(fields: Mapping[str, Json] | Struct) -> Struct:
    """JSON as protobuf has it."""
    if isinstance(fields, Struct):
        return fields
    struct = Struct()
    struct.update(fields)
    return struct


def _to_duration(expiry: timedelta | float) -> Duration:
    duration = Duration()
    if not isinstance(expiry, timedelta):
        expiry = timedelta(seconds=expiry)
    duration.FromTimedelta(expiry)
    return duration


def _set_options(request: Any, options: Options) -> None:
    if not options:
        return
    if not options.keys() <= _OPTIONS:
        unknown = options.keys() - _OPTIONS
        raise TypeError(f"unexpected arguments: {', '.join(sorted(unknown))}")
    chosen = request.options
    for name, value in options.items():
        if name == "expiry":
            chosen.expiry.CopyFrom(_to_duration(options["expiry"]))
        elif name == "user_properties":
            chosen.user_properties.update(options["user_properties"])
        elif name != "timeout":
            setattr(chosen, _FIELDS.get(name, name), value)


def make_event(kind: str, content: Any, to: Iterable[int], options: Options) -> Event:
    """An event of its content, such as a `Message`, for some users."""
    request = _REQUESTS[kind](user_ids=to)
    getattr(request, kind if kind not in _MESSAGES else "message").CopyFrom(content)
    _set_options(request, options)
    return Event(kind, request, options.get("timeout"))
