"""Publishes events on a stream with asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterable,
)
from types import TracebackType
from typing import Any, Self

import grpc
import grpc.aio

from dino_events import failure as failures
from dino_events._calls import Context
from dino_events._channel import ChannelsClosedError
from dino_events._stream_state import ENDED, StreamState
from dino_events._unseen import Asked, Unseen
from dino_events.errors import CLOSED, PublishError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.methods import EventMethods
from dino_events.types import Delivery


class AsyncPendingDelivery(asyncio.Future[Delivery]):
    """The delivery of an event on a stream: awaiting it raises the event's PublishError."""

    def __init__(self, unseen: Unseen) -> None:
        super().__init__()
        self._unseen = unseen
        self._asked = Asked()

    def __await__(self) -> Generator[Any, None, Delivery]:
        self._ask()
        return super().__await__()

    def result(self) -> Delivery:
        """The delivery, once it is known."""
        self._ask()
        return super().result()

    def exception(self) -> BaseException | None:
        """The error, once it is known; None if the event was delivered."""
        self._ask()
        return super().exception()

    def _ask(self) -> None:
        self._unseen.ask(self._asked)

    def _end(self, result: Result) -> None:
        if result.error is not None:
            self._unseen.failed(self._asked, result.error)
        if self.cancelled():
            return
        if result.error is not None:
            self.set_exception(result.error)
            super().exception()  # The stream's end tells of it if nobody asks.
        else:
            self.set_result(result.get())


class AsyncStream(EventMethods[Coroutine[Any, Any, AsyncPendingDelivery]]):
    """A stream of events: an async context manager.

    `pending = await stream.message(…)` waits only while `window` events are open, and
    `await pending` for the event's delivery. Otherwise as `Stream`.
    """

    def __init__(
        self, context: Context, open_call: Callable[[], Any], window: int | None, ordered: bool
    ) -> None:
        self._state = StreamState(context, ordered=ordered)
        self._open_call = open_call
        self._window = window or context.rules.policy.limits.stream_events
        self._waiting: set[asyncio.Future[None]] = set()
        self._unseen = Unseen()
        self._call: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._watch())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            await self.flush()
        await self.close()
        if kind is None:
            self._unseen.tell()

    async def publish(self, event: Event) -> AsyncPendingDelivery:
        """Publishes an event that was made before. Waits while there is no room for it."""
        if not self._tasks:
            raise RuntimeError("the stream is to be opened by `async with`")
        while len(self._state) >= self._window and not self._state.closed:
            await self._wait(None)
        if self._state.closed:
            raise RuntimeError("the stream is closed")
        pending = AsyncPendingDelivery(self._unseen)
        self._state.add(event, pending._end)
        self._notify()
        return pending

    async def publish_all(
        self, events: Iterable[Event] | AsyncIterable[Event]
    ) -> AsyncIterator[tuple[Event, Result]]:
        """Publishes events, and yields each with its result as soon as it is known."""
        ended: asyncio.Queue[tuple[Event, asyncio.Future[Delivery]]] = asyncio.Queue()
        count = 0
        async for event in _async(events):
            while count and (count >= self._window or not ended.empty()):
                yield _result_of(*await ended.get())
                count -= 1
            pending = await self.publish(event)
            pending._ask()
            pending.add_done_callback(lambda one, event=event: ended.put_nowait((event, one)))  # type: ignore[misc]
            count += 1
        for _ in range(count):
            yield _result_of(*await ended.get())

    async def flush(self) -> None:
        """Waits until all events have ended."""
        while len(self._state):
            await self._wait(None)

    async def close(self) -> None:
        """Ends the stream. Events that are open end with PublisherClosedError."""
        self._state.close()
        self._notify()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._call is not None:
            self._call.cancel()

    def _take(self, event: Event) -> Coroutine[Any, Any, AsyncPendingDelivery]:
        return self.publish(event)

    async def _run(self) -> None:
        """Opens a stream whenever there is something to send, and reads its answers."""
        while not self._state.closed:
            if not self._state.has_work():
                await self._wait(self._state.pause() if len(self._state) else None)
                continue
            self._state.opened()
            failure = await self._read()
            self._state.lost(failure)
            self._notify()

    async def _read(self) -> Failure:
        """Reads answers until the stream ends, and says why it did."""
        try:
            self._call = call = self._open_call()
        except ChannelsClosedError:
            return CLOSED
        except (OSError, grpc.aio.UsageError) as error:
            return Failure("UNAVAILABLE", str(error))
        writer = asyncio.create_task(self._write(call))
        try:
            while (response := await call.read()) is not grpc.aio.EOF:
                self._state.answered(response)
                self._notify()
        except grpc.RpcError as error:
            return failures.of_error(error)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._state.closed or (task is not None and task.cancelling()):
                raise
            return Failure("CANCELLED", "the connection was closed")
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return ENDED

    async def _write(self, call: Any) -> None:
        """Sends what is to be sent, as fast as gRPC takes it."""
        while True:
            request = self._state.take()
            if request is None:
                await self._wait(self._state.pause())
                continue
            try:
                await call.write(request)
            except (grpc.RpcError, asyncio.InvalidStateError):
                return  # Reading says why.

    async def _watch(self) -> None:
        """Ends events whose time is over, and a stream that is stuck."""
        while True:
            await self._wait(self._state.pause() if len(self._state) else None)
            before = len(self._state)
            self._state.expire()
            if self._call is not None and self._state.is_stuck():
                self._call.cancel()
            if len(self._state) != before:
                self._notify()

    def _notify(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def _wait(self, seconds: float | None) -> None:
        """Waits for news, at most so many seconds."""
        news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(news)
        try:
            # Unlike wait_for, it is always cancelled when its task is.
            await asyncio.wait([news], timeout=seconds)
        finally:
            self._waiting.discard(news)


async def _async(events: Iterable[Event] | AsyncIterable[Event]) -> AsyncIterator[Event]:
    if isinstance(events, AsyncIterable):
        async for event in events:
            yield event
    else:
        for event in events:
            yield event


def _result_of(event: Event, pending: asyncio.Future[Delivery]) -> tuple[Event, Result]:
    error = pending.exception()
    if error is None:
        return event, Result(delivery=pending.result())
    assert isinstance(error, PublishError)
    return event, Result(error=error)
