"""One attempt of many events: no retries, so that tokens are in the table before the next one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from google.protobuf.message import DecodeError

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._attempts import Rules
from dino_events._calls import Context, Send, Sleep, send_batch
from dino_events._queue import EventQueue
from dino_events.errors import Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.outbox._store import Row


@dataclass(frozen=True)
class OneAttempt(Rules):
    """Rules that repeat nothing."""

    def wait(self, failure: Failure, failures: int, random: float, sent_with: int) -> float | None:
        """Never."""
        return None


@dataclass
class Outcome:
    """What became of events.

    Attributes:
      results: One for each event.
      call: The failure of the call, if it failed as a whole. It is that of the results, too.
    """

    results: list[Result]
    call: Failure | None = None


def event_of(row: Row) -> Event:
    """The event of a row, with its key and token. Raises ValueError."""
    packed = api.EventRequest()
    try:
        packed.ParseFromString(row.event)
    except DecodeError as error:
        raise ValueError("not a dino.events.v1.EventRequest") from error
    kind = packed.WhichOneof("request")
    if kind is None:
        raise ValueError("a dino.events.v1.EventRequest without an event")
    request = getattr(packed, kind)
    if request.options.validate_only:
        raise ValueError("options.validate_only must not be set: nothing would be published")
    request.options.idempotency_key = row.idempotency_key
    # The first attempt goes on where a call ended that the writer made itself.
    if row.resume_token or row.attempts:
        request.options.resume_token = row.resume_token
    return Event(kind, request)


def attempt(context: Context, events: Sequence[Event]) -> Generator[Send | Sleep, Any, Outcome]:
    """Publishes events side by side, whatever their recipients. Each is attempted at most once."""
    rules = context.rules
    once = OneAttempt(rules.policy, rules.random, rules.credentials, rules.observer)
    context = replace(context, rules=once)
    outcome = Outcome([Result()] * len(events))
    queue = EventQueue(once, ordered=False)
    deadline = context.deadline(once.policy.attempt_timeout)
    for index, event in enumerate(events):
        queue.add(event, deadline, lambda result, index=index: _note(outcome, index, result))  # type: ignore[misc]
    limits = once.policy.limits
    while len(queue) and outcome.call is None:
        entries = queue.take(context.clock(), limits.batch_events, limits.request_bytes * 15 // 16)
        outcome.call = yield from send_batch(context, queue, entries)
    if outcome.call is not None:
        queue.end_all(outcome.call, retryable=True)
    return outcome


def _note(outcome: Outcome, index: int, result: Result) -> None:
    outcome.results[index] = result
