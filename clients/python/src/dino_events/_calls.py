"""Calls as generators that yield what to do: `Publisher` and `AsyncPublisher` only do it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import failure as failures
from dino_events._attempts import Attempts, Rules
from dino_events._queue import Entry, EventQueue
from dino_events._split import combined, split
from dino_events.errors import PublishError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.observer import Attempt, Observer, log
from dino_events.types import Delivery, to_delivery


@dataclass(slots=True)
class Send:
    """Make a call. The reply is its response, or a `Failure`."""

    rpc: str
    request: Any
    response_type: Any
    timeout: float


@dataclass(slots=True)
class Sleep:
    """Wait. There is no reply."""

    seconds: float


Steps = Generator[Send | Sleep, Any, Any]


@dataclass(frozen=True)
class Context:
    """What all calls of a publisher share."""

    rules: Rules
    clock: Callable[[], float] = time.monotonic
    timeout: float = 30.0

    @property
    def observer(self) -> Observer:
        """Is told what happens."""
        return self.rules.observer

    def deadline(self, timeout: float | None) -> float:
        """When a call that begins now must have ended."""
        return self.clock() + (self.timeout if timeout is None else timeout)


def publish_event(context: Context, event: Event) -> Generator[Send | Sleep, Any, Delivery]:
    """Publishes an event, in parts one after the other if it has too many recipients.

    Raises PublishError.
    """
    began = context.clock()
    deadline = context.deadline(event.timeout)
    parts = split(event, context.rules.policy.limits.recipients)
    if len(parts) == 1:
        result = yield from _publish_part(context, event, deadline)
    else:
        result = yield from _publish_parts(context, event, parts, deadline)
    context.observer.event_ended(event.kind, result, context.clock() - began)
    return result.get()


def _publish_parts(
    context: Context, event: Event, parts: list[Event | Delivery], deadline: float
) -> Generator[Send | Sleep, Any, Result]:
    outcomes: list[Delivery | PublishError | None] = [
        part if isinstance(part, Delivery) else None for part in parts
    ]
    for index, part in enumerate(parts):
        if isinstance(part, Delivery):
            continue
        result = yield from _publish_part(context, part, deadline)
        outcomes[index] = result.error or result.delivery
        if result.error is not None:
            break
    return combined(event, context.rules.policy.limits.recipients, outcomes)


def _publish_part(
    context: Context, event: Event, deadline: float
) -> Generator[Send | Sleep, Any, Result]:
    attempts = Attempts(event, context.rules, deadline)
    while True:
        attempts.sent()
        began = context.clock()
        reply = yield Send(
            attempts.rpc, attempts.request, attempts.response_type, attempts.time_for(began)
        )
        _tell(context, attempts.rpc, reply, began)
        if not isinstance(reply, Failure):
            return Result(delivery=to_delivery(reply.delivery))
        try:
            wait = attempts.failed(reply, context.clock())
        except PublishError as error:
            return Result(error=error)
        yield from _pause(context, wait, reply, attempts)


def _tell(context: Context, rpc: str, reply: Any, began: float) -> None:
    observer = context.observer
    if type(observer) is not Observer:  # Which does nothing.
        code, reason = (reply.code, reply.reason) if isinstance(reply, Failure) else ("OK", "")
        observer.attempt_ended(Attempt(rpc, code, reason, context.clock() - began))


def _pause(context: Context, wait: float, failure: Failure, attempts: Attempts) -> Steps:
    log.info(
        "%s failed (%s %s: %s); attempt %d follows in %.3f s; key %s",
        attempts.rpc, failure.code, failure.reason, failure.message,
        attempts.count + 1, wait, attempts.key,
    )  # fmt: skip
    context.observer.waiting(wait)
    yield Sleep(wait)


def publish_batch(
    context: Context, events: Sequence[Event], timeout: float | None, ordered: bool
) -> Generator[Send | Sleep, Any, list[Result]]:
    """Publishes events in as few calls as their order lets it. Returns one result for each."""
    results: list[Result | None] = [None] * len(events)
    queue = EventQueue(context.rules, ordered=ordered)
    began = context.clock()

    def note(index: int, result: Result) -> None:
        results[index] = result
        context.observer.event_ended(events[index].kind, result, context.clock() - began)

    for index, event in enumerate(events):
        seconds = next(one for one in (event.timeout, timeout, context.timeout) if one is not None)
        queue.add(event, began + seconds, lambda result, index=index: note(index, result))  # type: ignore[misc]
    limits = context.rules.policy.limits
    while len(queue):
        now = context.clock()
        queue.expire(now)
        # Room for what protobuf adds.
        entries = queue.take(now, limits.batch_events, limits.request_bytes * 15 // 16)
        if entries:
            for together in _by_time(entries, now):
                yield from send_batch(context, queue, together)
        elif (until := queue.next_time()) is not None:
            context.observer.waiting(until - now)
            yield Sleep(max(0.0, until - now))
    return [one for one in results if one is not None]


def _by_time(entries: list[Entry], now: float) -> list[list[Entry]]:
    """Those that have as little time come first, and shorten no attempt of the others."""
    groups: dict[float, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.attempts.time_for(now), []).append(entry)
    return [groups[seconds] for seconds in sorted(groups)]


def send_batch(
    context: Context, queue: EventQueue, entries: list[Entry]
) -> Generator[Send | Sleep, Any, Failure | None]:
    """Sends entries in one call, and gives the queue their results.

    If the call is refused because of one of them, each half follows in a call of its own. Returns
    the failure of a call that failed as a whole for another reason: it is that of each entry.
    """
    request = api.PublishBatchRequest()
    for entry in entries:
        attempts = entry.attempts
        getattr(request.events.add(), attempts.kind).CopyFrom(attempts.request)
    began = context.clock()
    timeout = min(entry.attempts.time_for(began) for entry in entries)
    reply = yield Send("PublishBatch", request, api.PublishBatchResponse, timeout)
    _tell(context, "PublishBatch", reply, began)
    now = context.clock()
    if not isinstance(reply, Failure) and len(reply.results) != len(entries):
        reply = Failure("UNKNOWN", "the answer has another number of results")
    if isinstance(reply, Failure):
        log.info("PublishBatch failed: %s %s: %s", reply.code, reply.reason, reply.message)
        if reply.is_of_one_event and len(entries) > 1:
            return (yield from _send_halves(context, queue, entries))
    random = context.rules.random()
    for index, entry in enumerate(entries):
        if isinstance(reply, Failure):
            queue.failed(entry, reply, now, random=random)
        else:
            take_result(queue, entry, reply.results[index], now, random)
    return reply if isinstance(reply, Failure) and not reply.is_of_one_event else None


def _send_halves(
    context: Context, queue: EventQueue, entries: list[Entry]
) -> Generator[Send | Sleep, Any, Failure | None]:
    for entry in entries:
        entry.attempts.sent()
    half = len(entries) // 2
    first = yield from send_batch(context, queue, entries[:half])
    second = yield from send_batch(context, queue, entries[half:])
    return first or second


def take_result(
    queue: EventQueue,
    entry: Entry,
    result: api.EventResult,
    now: float,
    random: float | None = None,
) -> None:
    """Gives the queue the result of one of its events, as batches and streams have it."""
    if result.HasField("delivery"):
        queue.succeeded(entry, to_delivery(result.delivery))
    else:
        queue.failed(entry, failures.of_status(result.error), now, random=random)
