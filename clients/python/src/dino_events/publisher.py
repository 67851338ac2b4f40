"""Publishes events, blocking."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc

from dino.events.v1 import event_publisher_service_pb2 as api
from dino.events.v1 import server_info_pb2
from dino_events import failure as failures
from dino_events._calls import Context, Send, Sleep, publish_batch, publish_event
from dino_events._channel import SERVICE, ChannelsClosedError, Connection
from dino_events._fork import forget_in_child
from dino_events._setup import Setup
from dino_events.credentials import Tls
from dino_events.errors import CLOSED, BatchError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.methods import EventMethods
from dino_events.observer import Observer
from dino_events.policy import Policy
from dino_events.stream import Stream
from dino_events.types import Delivery

T = TypeVar("T")


class Publisher(EventMethods[Delivery]):
    """Publishes events and returns when every recipient was acknowledged.

    Each call has an idempotency key and a deadline, and is repeated as the retry policy says until
    it is complete. Raises `PublishError` if that does not succeed.

    Thread-safe. May be made before a fork and used after it: each process connects when it first
    publishes.

    Args:
      address: `host:port`, where `host` may be a name of several servers, which then share the
        calls; or several `IP:port`, as a list or separated by commas.
      tls: TLS files, or True for TLS with the authorities that gRPC brings. Default: no TLS.
      api_key_file: A file with the API key. Read again when it changes.
      api_key: The API key itself.
      timeout: Seconds that a call may take with all its attempts. Default: the policy's 30.
      max_recipients: The server's setting of that name, if it is not 10,000. Events with more
        recipients are published in parts.
      observer: Is told what happens.
      policy: The retry policy. Default: `default_policy()`.
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
        self._channels = self._setup.channels(
            _connect, lambda connection: connection.channel.close()
        )
        self._closed = threading.Event()
        forget_in_child(self)

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
        """Closes the connections. Calls in progress end with `PublisherClosedError`."""
        self._closed.set()
        self._channels.close()

    def publish(self, event: Event) -> Delivery:
        """Publishes an event that was made before. Raises PublishError."""
        return self._run(publish_event(self._context, event))

    def publish_batch(
        self, events: Iterable[Event], *, timeout: float | None = None, ordered: bool = True
    ) -> list[Delivery]:
        """Publishes events together, and returns their deliveries in their order.

        Events for one recipient arrive in their order, whatever fails: each is sent when the one
        before it was acknowledged. With `ordered=False` they are sent at once, which is faster;
        an event that must be repeated then may come after later ones. An event that fails does
        not affect the others.

        Raises BatchError, which has all results, if any event failed.
        """
        results: list[Result] = self._run(
            publish_batch(self._context, list(events), timeout, ordered)
        )
        if any(one.error is not None for one in results):
            raise BatchError(results)
        return [one.get() for one in results]

    def stream(self, *, window: int | None = None, ordered: bool = True) -> Stream:
        """Opens a stream: a context manager with the same methods, which return futures.

        At most `window` events are open at a time (1,000); a further one waits for room.
        """
        return Stream(self._context, self._open_stream, window, ordered)

    def publish_all(
        self, events: Iterable[Event], *, window: int | None = None, ordered: bool = True
    ) -> Iterator[tuple[Event, Result]]:
        """Publishes events on a stream, and yields each with its result as soon as it is known.

        Takes a further event when there is room for it.
        """
        with self.stream(window=window, ordered=ordered) as stream:
            yield from stream.publish_all(events)

    def server_info(self, timeout: float = 5.0) -> server_info_pb2.GetServerInfoResponse:
        """The version, limits and sessions of one server. Raises grpc.RpcError."""
        call = self._channels.get().method(
            "GetServerInfo",
            server_info_pb2.GetServerInfoRequest,
            server_info_pb2.GetServerInfoResponse,
        )
        request = server_info_pb2.GetServerInfoRequest()
        response: server_info_pb2.GetServerInfoResponse = call(
            request, timeout=timeout, metadata=self._setup.metadata()
        )
        return response

    @property
    def _context(self) -> Context:
        return self._setup.context

    def _forget(self) -> None:
        closed, self._closed = self._closed, threading.Event()
        if closed.is_set():
            self._closed.set()

    def _take(self, event: Event) -> Delivery:
        return self.publish(event)

    def _run(self, steps: Generator[Send | Sleep, Any, T]) -> T:
        reply: Any = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as end:
                result: T = end.value
                return result
            if isinstance(step, Send):
                reply = self._call(step)
            else:
                reply = None
                self._closed.wait(step.seconds)

    def _call(self, send: Send) -> Any:
        try:
            call = self._channels.get().method(send.rpc, type(send.request), send.response_type)
            return call(send.request, timeout=send.timeout, metadata=self._setup.metadata())
        except grpc.RpcError as error:
            return CLOSED if self._closed.is_set() else failures.of_error(error)
        except ChannelsClosedError:
            return CLOSED
        except ValueError as error:  # gRPC's, if the channel was closed meanwhile.
            if "closed channel" not in str(error):
                raise
            return CLOSED if self._closed.is_set() else Failure("UNAVAILABLE", str(error))

    def _open_stream(self, requests: Iterator[api.PublishStreamRequest]) -> Any:
        call = self._channels.get().channel.stream_stream(
            SERVICE + "PublishStream",
            request_serializer=api.PublishStreamRequest.SerializeToString,
            response_deserializer=api.PublishStreamResponse.FromString,
        )
        return call(requests, metadata=self._setup.metadata())


def _connect(
    target: str, credentials: Any, options: list[tuple[str, Any]]
) -> Connection[grpc.Channel]:
    if credentials is None:
        return Connection(grpc.insecure_channel(target, options))
    return Connection(grpc.secure_channel(target, credentials, options))
