"""Channels: where the servers are, and how connections to them are kept."""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from dino_events._fork import forget_in_child
from dino_events.credentials import Stamp, Tls
from dino_events.observer import log
from dino_events.policy import Connection as ConnectionPolicy

SERVICE = "/dino.events.v1.EventPublisherService/"
_LOOK_AGAIN = 1.0  # Seconds between looks at the TLS files.
_MOST_RESPONSE_BYTES = 8 << 20

C = TypeVar("C")


def target(address: str | Sequence[str]) -> str:
    """The gRPC target of `host:port`, of several `IP:port`, or of a target with a scheme.

    All addresses of a name, or all that are listed, share the calls.
    """
    if isinstance(address, str):
        address = [one.strip() for one in address.split(",")] if "//" not in address else [address]
    if len(address) == 1 and (":///" in address[0] or address[0].startswith(("unix:", "xds:"))):
        return address[0]
    versions = {_version_of(one) for one in address}
    if versions in ({4}, {6}):
        return f"ipv{versions.pop()}:" + ",".join(address)
    if len(address) != 1:
        raise ValueError("several addresses must all be IPv4 or all IPv6; or use one DNS name")
    return "dns:///" + address[0]


def _version_of(address: str) -> int | None:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


def options(connection: ConnectionPolicy) -> list[tuple[str, Any]]:
    """Channel options: calls go to all servers in turn, and a dead connection is noticed."""

    def milliseconds(seconds: float) -> int:
        return round(seconds * 1000)

    return [
        ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
        ("grpc.enable_retries", 0),  # Ours give the resume token back.
        ("grpc.keepalive_time_ms", milliseconds(connection.keep_alive_time)),
        ("grpc.keepalive_timeout_ms", milliseconds(connection.keep_alive_timeout)),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.initial_reconnect_backoff_ms", milliseconds(connection.reconnect_initial)),
        ("grpc.max_reconnect_backoff_ms", milliseconds(connection.reconnect_maximum)),
        ("grpc.min_reconnect_backoff_ms", milliseconds(connection.connect_timeout)),
        ("grpc.dns_min_time_between_resolutions_ms", 1000),
        ("grpc.max_receive_message_length", _MOST_RESPONSE_BYTES),
    ]


class ChannelsClosedError(Exception):
    """The publisher was closed."""


class Connection(Generic[C]):
    """A channel and its methods, which are made once."""

    def __init__(self, channel: C) -> None:
        self.channel = channel
        self._methods: dict[str, Any] = {}

    def method(self, rpc: str, request_type: Any, response_type: Any) -> Any:
        """The callable of a unary RPC."""
        found = self._methods.get(rpc)
        if found is None:
            channel: Any = self.channel
            found = self._methods[rpc] = channel.unary_unary(
                SERVICE + rpc,
                request_serializer=request_type.SerializeToString,
                response_deserializer=response_type.FromString,
            )
        return found


class Channels(Generic[C]):
    """The current channel: made when it is first needed in a process, anew when TLS files change.

    So a publisher may be made before a fork and used after it. Thread-safe.
    """

    def __init__(
        self,
        make: Callable[[], C],
        close: Callable[[C], None],
        tls: Tls | None,
        clock: Callable[[], float] = time.monotonic,
        close_after: float = 15.0,
    ) -> None:
        """`close_after`: seconds that calls of a channel that was replaced may take."""
        self._make = make
        self._close = close
        self._tls = tls
        self._clock = clock
        self._close_after = close_after
        self._closed = False
        self._lock = threading.Lock()
        self._channel: C | None = None
        self._retired: list[tuple[float, C]] = []
        self._stamps: tuple[Stamp, ...] = ()
        self._looked_at = clock()
        forget_in_child(self)

    def get(self) -> C:
        """The channel for a call that begins now.

        Raises OSError if a TLS file is missing, and ChannelsClosedError after `close`.
        """
        with self._lock:
            if self._closed:
                raise ChannelsClosedError
            now = self._clock()
            if self._channel is not None and self._files_changed(now):
                self._renew(now)
            if self._channel is None:
                self._stamps = self._tls.stamps() if self._tls else ()
                self._channel = self._make()
            while self._retired and self._retired[0][0] <= now:
                self._close(self._retired.pop(0)[1])
            return self._channel

    def close(self) -> None:
        """Closes all channels of this process, for good."""
        with self._lock:
            self._closed = True
            for _, channel in self._retired:
                self._close(channel)
            if self._channel is not None:
                self._close(self._channel)
            self._channel = None
            self._retired = []

    def _renew(self, now: float) -> None:
        assert self._channel is not None
        try:
            channel = self._make()
        except OSError as error:
            log.warning("cannot read the TLS files, the last ones stay: %s", error)
            return
        self._retired.append((now + self._close_after, self._channel))
        self._channel = channel

    def _files_changed(self, now: float) -> bool:
        if self._tls is None or now - self._looked_at < _LOOK_AGAIN:
            return False
        self._looked_at = now
        stamps = self._tls.stamps()
        changed = stamps != self._stamps
        self._stamps = stamps
        return changed

    def _forget(self) -> None:
        """After a fork the parent's channels are not ours, nor is its lock."""
        self._lock = threading.Lock()
        self._channel = None
        self._retired = []
