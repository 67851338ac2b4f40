"""What a type checker tells users of the package. Checked by mypy, not run."""

from datetime import UTC, datetime, timedelta
from typing import Any, assert_type
from uuid import uuid4

import psycopg

from dino_events import (
    AsyncPublisher,
    BatchError,
    Delivery,
    Event,
    GroupType,
    Publisher,
    PublishError,
    Qos,
    Result,
    Tls,
    events,
)
from dino_events.outbox import enqueue, enqueue_async
from dino_events.testing import FakePublisher


def post(publisher: Publisher | FakePublisher) -> str:
    try:
        delivery = publisher.message(
            group_id=uuid4(), sender_id=1, text="a", to=[1], key="k", qos=Qos.AT_MOST_ONCE
        )
    except PublishError as error:
        return error.key if error.retryable else error.violations[0].field
    assert_type(delivery, Delivery)
    return delivery.event_id


def post_many(publisher: Publisher) -> None:
    now = datetime.now(UTC)
    group = events.group(
        group_id=uuid4(), name="n", owner_id=1, user_ids=[1], created_at=now, updated_at=now,
        last_message_time=now, group_type=GroupType.ONE_TO_ONE, expiry=timedelta(hours=1),
    )  # fmt: skip
    assert_type(group, Event)
    try:
        assert_type(publisher.publish_batch([group]), list[Delivery])
    except BatchError as error:
        assert_type(error.results, tuple[Result, ...])
    with publisher.stream() as stream:
        assert_type(stream.publish(group).result(), Delivery)
    for event, result in publisher.publish_all([group]):
        assert_type((event, result.get()), tuple[Event, Delivery])


async def post_async(publisher: AsyncPublisher) -> Delivery:
    async with publisher.stream() as stream:
        pending = await stream.leave(group_id="a", user_id=1, to=[2])
        assert_type(await pending, Delivery)
    return await publisher.custom(
        event_type="poll", group_id="a", data={"a": [1, None]}, topics=["rooms/lobby"], timeout=3
    )


def mistakes(publisher: Publisher) -> None:
    publisher.leave(group_id=1, user_id=1, to=[1])  # type: ignore[arg-type]
    publisher.leave(group_id="a", user_id="1", to=[1])  # type: ignore[arg-type]
    publisher.leave(group_id="a", user_id=1, to=[1], color=3)  # type: ignore[call-arg]
    Publisher("a:1", tls=Tls(ca=3))  # type: ignore[call-arg]


def keep(connection: psycopg.Connection[Any], cursor: psycopg.Cursor[Any], event: Event) -> None:
    assert_type(enqueue(connection, event), str)
    assert_type(enqueue(cursor, event, ordering_key=1234), str)


async def keep_async(connection: psycopg.AsyncConnection[Any], event: Event) -> None:
    assert_type(await enqueue_async(connection, event), str)
