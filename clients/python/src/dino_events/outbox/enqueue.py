"""Stores events in the outbox. Needs no database driver of its own."""

from __future__ import annotations

import importlib.resources
import uuid
from collections.abc import Awaitable
from typing import Any, NamedTuple, Protocol

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events.event import Event

_INSERT = (
    "INSERT INTO dino_outbox (ordering_key, idempotency_key, event) "
    "VALUES (%(ordering_key)s, %(idempotency_key)s, %(event)s)"
)


class Executes(Protocol):
    """A psycopg connection or cursor, or another one with `%(name)s` parameters."""

    def execute(self, query: Any, params: Any = ..., /) -> Any:
        """Executes a statement."""


class ExecutesAsync(Protocol):
    """The same for asyncio."""

    def execute(self, query: Any, params: Any = ..., /) -> Awaitable[Any]:
        """Executes a statement."""


class Row(NamedTuple):
    """The columns of `dino_outbox` that a writer sets."""

    ordering_key: str
    idempotency_key: str
    event: bytes


def row(event: Event, *, ordering_key: object = None) -> Row:
    """The row of an event, for writers that have their own way to insert it."""
    request = event.request
    key = request.options.idempotency_key or str(uuid.uuid4())
    if ordering_key is None:
        ordering_key = getattr(request, event.content_field).group_id
    packed = api.EventRequest(**{event.kind: request})
    return Row(str(ordering_key), key, packed.SerializeToString())


def enqueue(connection: Executes, event: Event, *, ordering_key: object = None) -> str:
    """Stores an event in the transaction that is open on the connection.

    It is published after the commit, and never if there is none. Events with the same ordering
    key are published in the order of the transactions that followed one another; the default is
    the group's ID. Returns the idempotency key, a random one unless the event has its own.

    Raises what the driver raises; a key that is in the outbox already is a violation of UNIQUE.
    """
    made = row(event, ordering_key=ordering_key)
    connection.execute(_INSERT, made._asdict())
    return made.idempotency_key


async def enqueue_async(
    connection: ExecutesAsync, event: Event, *, ordering_key: object = None
) -> str:
    """As `enqueue`, on a connection of asyncio."""
    made = row(event, ordering_key=ordering_key)
    await connection.execute(_INSERT, made._asdict())
    return made.idempotency_key


def table_sql() -> str:
    """The SQL that makes the table, for a migration."""
    file = importlib.resources.files(__package__) / "outbox.sql"
    return file.read_text(encoding="utf-8")
