"""Publishes events on a stream, blocking only when there is no room for more."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

import grpc

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import failure as failures
from dino_events._calls import Context
from dino_events._channel import ChannelsClosedError
from dino_events._stream_state import ENDED, StreamState
from dino_events._unseen import Asked, Unseen
from dino_events.errors import CLOSED, PublishError, Result
from dino_events.event import Event
from dino_events.methods import EventMethods
from dino_events.types import Delivery

OpenCall = Callable[[Iterator[api.PublishStreamRequest]], Any]


class PendingDelivery(Future[Delivery]):
    """The delivery of an event on a stream. `result()` raises the event's PublishError.

    Cannot be cancelled: the event may have been sent.
    """

    def __init__(self, unseen: Unseen) -> None:
        super().__init__()
        self._unseen = unseen
        self._asked = Asked()
        self.set_running_or_notify_cancel()

    def result(self, timeout: float | None = None) -> Delivery:
        """Waits for the delivery."""
        self._ask()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Waits for the end; None if the event was delivered."""
        self._ask()
        return super().exception(timeout)

    def _ask(self) -> None:
        self._unseen.ask(self._asked)

    def _end(self, result: Result) -> None:
        if result.error is not None:
            self._unseen.failed(self._asked, result.error)
            self.set_exception(result.error)
        else:
            self.set_result(result.get())


class Stream(EventMethods[PendingDelivery]):
    """A stream of events: a context manager.

    Its methods return at once with the event's `PendingDelivery`, and wait only while `window`
    events are open. It opens a new connection when one ends, and sends what was not answered
    again: with its key, and in its order. Events for one recipient arrive in the order of the
    calls, unless it was opened with `ordered=False`.

    At its end the `with` statement waits for all events, and raises BatchError if some failed
    whose `result()` nobody asked for. If an exception leaves it, it does not wait: events that are
    open end with PublisherClosedError, and no BatchError is raised. Thread-safe, but not to be
    taken across a fork.
    """

    def __init__(
        self, context: Context, open_call: OpenCall, window: int | None, ordered: bool
    ) -> None:
        self._state = StreamState(context, ordered=ordered)
        self._open_call = open_call
        self._window = window or context.rules.policy.limits.stream_events
        self._news = threading.Condition()
        self._ended: deque[tuple[PendingDelivery, Result]] = deque()
        self._unseen = Unseen()
        self._finishing = False
        self._generation = 0
        self._call: Any = None
        self._threads = [
            threading.Thread(target=work, name=f"dino-events-{name}", daemon=True)
            for name, work in (("stream", self._run), ("timer", self._watch))
        ]
        self._started = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.flush()
        self.close()
        if kind is None:
            self._unseen.tell()

    def publish(self, event: Event) -> PendingDelivery:
        """Publishes an event that was made before. Waits while there is no room for it.

        Does not wait in a done callback, as answers that make room are read there.
        """
        pending = PendingDelivery(self._unseen)
        with self._news:
            if threading.current_thread() not in self._threads:
                self._news.wait_for(lambda: len(self._state) < self._window or self._state.closed)
            if self._state.closed:
                raise RuntimeError("the stream is closed")
            self._start()
            self._state.add(event, lambda result: self._ended.append((pending, result)))
            self._news.notify_all()
        return pending

    def publish_all(self, events: Iterable[Event]) -> Iterator[tuple[Event, Result]]:
        """Publishes events, and yields each with its result as soon as it is known."""
        ended: queue.SimpleQueue[tuple[Event, PendingDelivery]] = queue.SimpleQueue()
        count = 0
        for event in events:
            while count and (count >= self._window or not ended.empty()):
                yield _ended_one(ended)
                count -= 1
            pending = self.publish(event)
            pending._ask()
            pending.add_done_callback(lambda one, event=event: ended.put((event, one)))  # type: ignore[misc]
            count += 1
        for _ in range(count):
            yield _ended_one(ended)

    def flush(self) -> None:
        """Waits until all events have ended. Not to be called in a done callback."""
        if threading.current_thread() in self._threads:
            raise RuntimeError("a done callback cannot wait for its own stream")
        with self._news:
            self._news.wait_for(lambda: not len(self._state))

    def close(self) -> None:
        """Ends the stream. Events that are open end with PublisherClosedError."""
        with self._news:
            self._state.close()
            self._news.notify_all()
        self._tell()
        if self._call is not None:
            self._call.cancel()
        for thread in self._threads:
            if self._started and thread is not threading.current_thread():
                thread.join()

    def _take(self, event: Event) -> PendingDelivery:
        return self.publish(event)

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    def _run(self) -> None:
        """Opens a stream whenever there is something to send, and reads its answers."""
        while True:
            with self._news:
                while not self._state.closed and not self._state.has_work():
                    self._news.wait(self._state.pause() if len(self._state) else None)
                if self._state.closed:
                    return
                self._state.opened()
                self._generation += 1
                generation = self._generation
            failure = self._read(generation)
            with self._news:
                self._generation += 1
                if not self._state.closed:
                    self._state.lost(failure)
                self._news.notify_all()
            self._tell()

    def _read(self, generation: int) -> failures.Failure:
        """Reads answers until the stream ends, and says why it did."""
        try:
            self._call = self._open_call(self._requests(generation))
            if self._state.closed:
                self._call.cancel()
            for response in self._call:
                with self._news:
                    self._state.answered(response)
                    self._news.notify_all()
                self._tell()
        except grpc.RpcError as error:
            return failures.of_error(error)
        except ChannelsClosedError:
            return CLOSED
        except (OSError, ValueError) as error:  # A TLS file is missing; a channel was closed.
            return CLOSED if self._state.closed else failures.Failure("UNAVAILABLE", str(error))
        return ENDED

    def _requests(self, generation: int) -> Iterator[api.PublishStreamRequest]:
        """What gRPC's own thread sends on the stream of that generation."""
        while True:
            with self._news:
                request = None
                while request is None:
                    if generation != self._generation or self._state.closed:
                        return
                    request = self._state.take()
                    if request is None:
                        self._news.wait(self._state.pause())
            yield request

    def _watch(self) -> None:
        """Ends events whose time is over, and a stream that is stuck."""
        while True:
            with self._news:
                if self._state.closed:
                    return
                if not self._ended:  # An event may end when it is added.
                    self._news.wait(self._state.pause() if len(self._state) else None)
                self._state.expire()
                call = self._call if self._state.is_stuck() else None
                if self._ended:
                    self._news.notify_all()
            self._tell()
            if call is not None:
                call.cancel()

    def _tell(self) -> None:
        """Ends futures, without the lock: their callbacks may publish."""
        while True:
            try:
                pending, result = self._ended.popleft()
            except IndexError:
                return
            pending._end(result)


def _ended_one(
    ended: queue.SimpleQueue[tuple[Event, PendingDelivery]],
) -> tuple[Event, Result]:
    event, pending = ended.get()
    error = pending.exception()
    if error is None:
        return event, Result(delivery=pending.result())
    assert isinstance(error, PublishError)
    return event, Result(error=error)
