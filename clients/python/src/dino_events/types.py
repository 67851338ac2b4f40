"""What the API names: enums, results, and the types of arguments."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from dino.events.v1 import delivery_pb2

Id = str | UUID
"""A UUID, or its text, which subscribers get as it is written."""


class Qos(enum.IntEnum):
    """The MQTT quality of service of an event."""

    AT_MOST_ONCE = 1
    AT_LEAST_ONCE = 2


class GroupType(enum.IntEnum):
    """What kind of group it is."""

    MULTI_USER = 1
    ONE_TO_ONE = 2


class ResultDetail(enum.IntEnum):
    """Which recipients `Delivery.results` lists."""

    COUNTS = 1
    EXCEPTIONS = 2
    ALL = 3


class Outcome(enum.IntEnum):
    """What became of an event for one recipient."""

    ACKNOWLEDGED = 1
    NO_SUBSCRIBER = 2
    REJECTED = 3
    NOT_SENT = 4
    UNKNOWN = 5


class Options(TypedDict, total=False):
    """How to publish an event. All are optional.

    Keys:
      key: The idempotency key: at most 128 bytes of visible ASCII, new for each event. Give
        one, such as the ID of a row, if the event must survive this process: a call with the
        same key and the same event, its IDs and times too, completes it. Default: a random
        UUID.
      timeout: Seconds until the call ends, with all its attempts. Default: the publisher's.
      expiry: How long the broker keeps the event for a subscriber who is offline: 1 second
        to 2^32-1 seconds. Default: the server's setting `default-expiry`.
      qos: The MQTT quality of service. Default: at least once.
      detail: Which recipients the delivery lists. Default: none.
      validate_only: Check the event and publish nothing.
      resume_token: What the error of an earlier call for the event had. Default: none.
      user_properties: MQTT user properties of the PUBLISH, beside those of the service, for all
        recipients: at most 8, with names of 1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`, none of
        the service's and none that begins with `dino`, and values of at most 256 bytes.
        Default: none.
    """

    key: str
    timeout: float
    expiry: timedelta | float
    qos: Qos
    detail: ResultDetail
    validate_only: bool
    resume_token: bytes
    user_properties: Mapping[str, str]


@dataclass(frozen=True)
class RecipientResult:
    """The outcome of one recipient.

    Attributes:
      recipient: The user's ID, or the topic of an event that is published to topics.
      outcome: What became of it.
      reason_code: The broker's MQTT v5 reason code, 0 if there was none.
    """

    recipient: int | str
    outcome: Outcome | int
    reason_code: int


@dataclass(frozen=True)
class Delivery:
    """The result of an event of which every recipient was acknowledged.

    Attributes:
      event_id: The event's ID, which all its copies carry: a UUID. Empty after a dry run,
        and for an event that was split because it had too many recipients.
      event_ids: The IDs of its parts: one, or several if it was split.
      recipient_count: How many recipients it had, each counted once.
      acknowledged_count: How many the broker acknowledged: all, or none after a dry run.
      no_subscriber_count: How many of them had no subscriber, if the broker tells.
      results: The recipients that `detail` asked for.
      replayed: Whether an earlier call had completed it.
      results_omitted: Whether `results` lacks what `detail` asked for.
    """

    event_id: str
    event_ids: tuple[str, ...]
    recipient_count: int
    acknowledged_count: int
    no_subscriber_count: int = 0
    results: tuple[RecipientResult, ...] = ()
    replayed: bool = False
    results_omitted: bool = False


_OUTCOMES = {int(outcome): outcome for outcome in Outcome}


def recipient_results(
    results: Iterable[delivery_pb2.RecipientResult],
) -> tuple[RecipientResult, ...]:
    """Reads results of single recipients. An outcome that a newer server has stays a number."""
    return tuple(
        RecipientResult(
            one.topic or one.user_id, _OUTCOMES.get(one.outcome, one.outcome), one.reason_code
        )
        for one in results
    )


def to_delivery(message: delivery_pb2.Delivery) -> Delivery:
    """Reads the server's answer."""
    return Delivery(
        event_id=message.event_id,
        event_ids=(message.event_id,) if message.event_id else (),
        recipient_count=message.recipient_count,
        acknowledged_count=message.acknowledged_count,
        no_subscriber_count=message.no_subscriber_count,
        results=recipient_results(message.results),
        replayed=message.replayed,
        results_omitted=message.results_omitted,
    )


def merged(parts: list[Delivery]) -> Delivery:
    """The delivery of an event that was split into parts."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        event_id="",
        event_ids=tuple(one for part in parts for one in part.event_ids),
        recipient_count=sum(part.recipient_count for part in parts),
        acknowledged_count=sum(part.acknowledged_count for part in parts),
        no_subscriber_count=sum(part.no_subscriber_count for part in parts),
        results=tuple(one for part in parts for one in part.results),
        replayed=all(part.replayed for part in parts),
        results_omitted=any(part.results_omitted for part in parts),
    )


Time = datetime
"""When something happened. It must have a time zone."""

Json = None | bool | int | float | str | list["Json"] | Mapping[str, "Json"]
