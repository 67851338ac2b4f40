"""Publishes events with asyncio: the same as `Publisher`, to be awaited."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Coroutine, Generator, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
import grpc.aio

from dino.events.v1 import event_publisher_service_pb2 as api
from dino.events.v1 import server_info_pb2
from dino_events import failure as failures
from dino_events._calls import Context, Send, Sleep, publish_batch, publish_event
from dino_events._channel import SERVICE, ChannelsClosedError, Connection
from dino_events._setup import Setup
from dino_events.aio_stream import AsyncStream
from dino_events.credentials import Tls
from dino_events.errors import CLOSED, BatchError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.methods import EventMethods
from dino_events.observer import Observer
from dino_events.policy import Policy
from dino_events.types import Delivery

T = TypeVar("T")


class AsyncPublisher(EventMethods[Coroutine[Any, Any, Delivery]]):
    """Publishes events with asyncio. Its methods are coroutines: await each.

    Takes the arguments of `Publisher`, and does the same. Belongs to the event loop that first
    uses it. Cancelling a call leaves it unknown whether its event was published; repeat it with
    the same key to complete it.
    """

    def __init__(
        self,
        address: str | Sequence[str],
        *,
        tls: Tls | bool | None = None,
        api_key_file: str | os.PathLike[str] | None = None,
        api_key: str | None = None,
        timeout: float | None = None,
        max_recipients: int | None = None,
        observer: Observer | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._setup = Setup(
            address, tls, api_key_file, api_key, timeout, max_recipients, observer, policy
        )
        self._closing: set[asyncio.Task[None]] = set()
        self._channels = self._setup.channels(_connect, self._close_channel)
        self._closed = False
        self._sleeping: set[asyncio.Future[None]] = set()

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
        """Closes the connections. Calls in progress end with `PublisherClosedError`."""
        self._closed = True
        self._channels.close()
        for one in self._sleeping:
            if not one.done():
                one.set_result(None)
        await asyncio.gather(*self._closing)

    async def publish(self, event: Event) -> Delivery:
        """Publishes an event that was made before. Raises PublishError."""
        return await self._run(publish_event(self._context, event))

    async def publish_batch(
        self, events: Iterable[Event], *, timeout: float | None = None, ordered: bool = True
    ) -> list[Delivery]:
        """Publishes events together: see `Publisher.publish_batch`. Raises BatchError."""
        results: list[Result] = await self._run(
            publish_batch(self._context, list(events), timeout, ordered)
        )
        if any(one.error is not None for one in results):
            raise BatchError(results)
        return [one.get() for one in results]

    def stream(self, *, window: int | None = None, ordered: bool = True) -> AsyncStream:
        """Opens a stream: an async context manager with the same methods. See `AsyncStream`."""
        return AsyncStream(self._context, self._open_stream, window, ordered)

    async def publish_all(
        self,
        events: Iterable[Event] | AsyncIterable[Event],
        *,
        window: int | None = None,
        ordered: bool = True,
    ) -> AsyncIterator[tuple[Event, Result]]:
        """Publishes events on a stream, and yields each with its result as soon as it is known.

        Takes a further event when there is room for it.
        """
        async with self.stream(window=window, ordered=ordered) as stream:
            async for event, result in stream.publish_all(events):
                yield event, result

    async def server_info(self, timeout: float = 5.0) -> server_info_pb2.GetServerInfoResponse:
        """The version, limits and sessions of one server. Raises grpc.RpcError."""
        call = self._channels.get().method(
            "GetServerInfo",
            server_info_pb2.GetServerInfoRequest,
            server_info_pb2.GetServerInfoResponse,
        )
        request = server_info_pb2.GetServerInfoRequest()
        response: server_info_pb2.GetServerInfoResponse = await call(
            request, timeout=timeout, metadata=self._setup.metadata()
        )
        return response

    @property
    def _context(self) -> Context:
        return self._setup.context

    def _take(self, event: Event) -> Coroutine[Any, Any, Delivery]:
        return self.publish(event)

    async def _run(self, steps: Generator[Send | Sleep, Any, T]) -> T:
        reply: Any = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Send):
                reply = await self._call(step)
            else:
                reply = None
                await self._sleep(step.seconds)

    async def _sleep(self, seconds: float) -> None:
        """Waits so many seconds, or until the publisher is closed."""
        if self._closed:
            return
        closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleeping.add(closed)
        try:
            await asyncio.wait([closed], timeout=seconds)
        finally:
            self._sleeping.discard(closed)

    async def _call(self, send: Send) -> Any:
        try:
            call = self._channels.get().method(send.rpc, type(send.request), send.response_type)
            return await call(send.request, timeout=send.timeout, metadata=self._setup.metadata())
        except grpc.RpcError as error:
            return CLOSED if self._closed else failures.of_error(error)
        except ChannelsClosedError:
            return CLOSED
        except grpc.aio.UsageError as error:  # The channel was closed meanwhile.
            return CLOSED if self._closed else Failure("UNAVAILABLE", str(error))
        except asyncio.CancelledError:
            # Not our caller's doing if the channel was closed.
            task = asyncio.current_task()
            if not self._closed or (task is not None and task.cancelling()):
                raise
            return CLOSED

    def _open_stream(self) -> Any:
        call = self._channels.get().channel.stream_stream(
            SERVICE + "PublishStream",
            request_serializer=api.PublishStreamRequest.SerializeToString,
            response_deserializer=api.PublishStreamResponse.FromString,
        )
        return call(metadata=self._setup.metadata())

    def _close_channel(self, channel: Connection[grpc.aio.Channel]) -> None:
        task = asyncio.get_running_loop().create_task(channel.channel.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _connect(
    target: str, credentials: Any, options: list[tuple[str, Any]]
) -> Connection[grpc.aio.Channel]:
    if credentials is None:
        return Connection(grpc.aio.insecure_channel(target, options))
    return Connection(grpc.aio.secure_channel(target, credentials, options))
