"""Test doubles: a backend's unit tests need neither a server nor a broker.

publisher = FakePublisher()
post_message(publisher, …)  # Your code.
assert publisher.events[0].request.message.message_payload == "Lunch?"
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from dino_events._rules import violations
from dino_events._split import recipients, split
from dino_events._unseen import Unseen
from dino_events.aio_stream import AsyncPendingDelivery, _async
from dino_events.errors import BatchError, Progress, PublishError, Result, to_error
from dino_events.event import Event, random_id
from dino_events.failure import Failure
from dino_events.methods import EventMethods
from dino_events.policy import default_policy
from dino_events.stream import PendingDelivery
from dino_events.types import Delivery

_NAMESPACE = uuid.UUID("69036f9f-2e9f-4849-a35c-7ea1a609b719")


class Recorder:
    """Records events, and refuses those that the server would refuse.

    Attributes:
      events: The events that were published, in their order. Refused and failed ones are not
        among them, nor those that were only validated, nor repeated ones.
    """

    def __init__(self, *, max_recipients: int = 10_000, max_payload_bytes: int = 65_536) -> None:
        self.events: list[Event] = []
        self._max_recipients = max_recipients
        self._max_payload_bytes = max_payload_bytes
        self._errors: deque[Callable[[Progress], PublishError]] = deque()
        self._by_key: dict[str, Event] = {}

    def fail_next(
        self, reason: str = "", code: str = "UNAVAILABLE", *, maybe_published: bool | None = None
    ) -> None:
        """Lets the next event fail as if all attempts had: with a reason such as `BROKER_BUSY`.

        Without a reason it fails with the status code. Can be called several times.
        """
        rule = default_policy().rule(reason, code)
        maybe = rule.maybe_published if maybe_published is None else maybe_published
        failure = Failure(code, "as the test wants it", reason)
        retryable = rule.action.value not in ("stop", "drop_token", "renew_credentials")
        self._errors.append(
            lambda progress: to_error(
                failure, replace(progress, maybe_published=maybe), retryable=retryable
            )
        )

    def record(self, event: Event) -> Delivery:
        """Does as if it published an event. Raises PublishError."""
        if self._errors:
            raise self._errors.popleft()(_progress(event))
        for part in split(event, self._max_recipients):
            if isinstance(part, Delivery):  # Complete, as the resume token says.
                continue
            found = violations(part, self._max_recipients, self._max_payload_bytes)
            if found:
                raise _invalid(event, tuple(found))
        options = event.request.options
        count = len(recipients(event))
        if options.validate_only:
            return Delivery("", (), count, 0)
        key = options.idempotency_key
        event_id = str(uuid.uuid5(_NAMESPACE, f"anonymous {key}") if key else uuid.uuid4())
        replayed = bool(key) and key in self._by_key
        if replayed and not _same(self._by_key[key], event):
            raise _refused(event, "IDEMPOTENCY_KEY_REUSED", "the key was used for another event")
        if not replayed:
            self.events.append(event)
            self._by_key[key] = event
        return Delivery(event_id, (event_id,), count, count, replayed=replayed)

    def result(self, event: Event) -> Result:
        """Does as if it published an event, and returns an error instead of raising it."""
        try:
            return Result(delivery=self.record(event))
        except PublishError as error:
            return Result(error=error)

    def record_all(self, events: Iterable[Event]) -> list[Delivery]:
        """Does as if it published a batch. Raises BatchError."""
        results = [self.result(event) for event in events]
        if any(one.error is not None for one in results):
            raise BatchError(results)
        return [one.get() for one in results]


class FakeStream(EventMethods[PendingDelivery]):
    """Stands in for a `Stream`: each event ends at once."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._unseen = Unseen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._unseen.tell()

    def publish(self, event: Event) -> PendingDelivery:
        """Records an event."""
        pending = PendingDelivery(self._unseen)
        pending._end(self._recorder.result(event))
        return pending

    def publish_all(self, events: Iterable[Event]) -> Iterator[tuple[Event, Result]]:
        """Records events, one at a time."""
        for event in events:
            yield event, self._recorder.result(event)

    def flush(self) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""

    def _take(self, event: Event) -> PendingDelivery:
        return self.publish(event)


class FakePublisher(Recorder, EventMethods[Delivery]):
    """Stands in for a `Publisher`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Does nothing."""

    def publish(self, event: Event) -> Delivery:
        """Records an event."""
        return self.record(event)

    def publish_batch(
        self, events: Iterable[Event], *, timeout: float | None = None, ordered: bool = True
    ) -> list[Delivery]:
        """Records events."""
        return self.record_all(events)

    def publish_all(
        self, events: Iterable[Event], *, window: int | None = None, ordered: bool = True
    ) -> Iterator[tuple[Event, Result]]:
        """Records events, one at a time."""
        for event in events:
            yield event, self.result(event)

    def stream(self, *, window: int | None = None, ordered: bool = True) -> FakeStream:
        """Opens a stream that records events."""
        return FakeStream(self)

    def _take(self, event: Event) -> Delivery:
        return self.record(event)


class FakeAsyncStream(EventMethods[Coroutine[Any, Any, AsyncPendingDelivery]]):
    """Stands in for an `AsyncStream`: each event ends at once."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._unseen = Unseen()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._unseen.tell()

    async def publish(self, event: Event) -> AsyncPendingDelivery:
        """Records an event."""
        pending = AsyncPendingDelivery(self._unseen)
        pending._end(self._recorder.result(event))
        return pending

    async def publish_all(
        self, events: Iterable[Event] | AsyncIterable[Event]
    ) -> AsyncIterator[tuple[Event, Result]]:
        """Records events, one at a time."""
        async for event in _async(events):
            yield event, self._recorder.result(event)

    async def flush(self) -> None:
        """Does nothing."""

    async def close(self) -> None:
        """Does nothing."""

    def _take(self, event: Event) -> Coroutine[Any, Any, AsyncPendingDelivery]:
        return self.publish(event)


class FakeAsyncPublisher(Recorder, EventMethods[Coroutine[Any, Any, Delivery]]):
    """Stands in for an `AsyncPublisher`."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Does nothing."""

    async def publish(self, event: Event) -> Delivery:
        """Records an event."""
        return self.record(event)

    async def publish_batch(
        self, events: Iterable[Event], *, timeout: float | None = None, ordered: bool = True
    ) -> list[Delivery]:
        """Records events."""
        return self.record_all(events)

    async def publish_all(
        self,
        events: Iterable[Event] | AsyncIterable[Event],
        *,
        window: int | None = None,
        ordered: bool = True,
    ) -> AsyncIterator[tuple[Event, Result]]:
        """Records events, one at a time."""
        async for event in _async(events):
            yield event, self.result(event)

    def stream(self, *, window: int | None = None, ordered: bool = True) -> FakeAsyncStream:
        """Opens a stream that records events."""
        return FakeAsyncStream(self)

    def _take(self, event: Event) -> Coroutine[Any, Any, Delivery]:
        return self.publish(event)


def _refused(event: Event, reason: str, message: str, **details: Any) -> PublishError:
    failure = Failure("INVALID_ARGUMENT", message, reason, **details)
    return to_error(failure, _progress(event), retryable=False)


def _progress(event: Event) -> Progress:
    options = event.request.options
    key = options.idempotency_key or random_id()
    return Progress(key=key, resume_token=options.resume_token, attempts=1)


def _invalid(event: Event, found: tuple[Any, ...]) -> PublishError:
    text = "; ".join(f"{one.field} {one.description}" for one in found[:5])
    return _refused(event, "INVALID_FIELD", text, violations=found)


def _same(one: Event, other: Event) -> bool:
    """Whether two events are the same to an idempotency key."""
    if one.kind != other.kind or set(recipients(one)) != set(recipients(other)):
        return False
    contents = [type(event.request)() for event in (one, other)]
    for content, event in zip(contents, (one, other), strict=True):
        content.CopyFrom(event.request)
        content.ClearField("user_ids")
        content.ClearField("options")
        content.options.qos = event.request.options.qos or 2
        if event.kind == "custom":
            content.ClearField("topics")
    return bool(contents[0] == contents[1])
