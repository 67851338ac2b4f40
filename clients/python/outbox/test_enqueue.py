"""What writers store, and when."""

import asyncio

import psycopg
import pytest
from making import GROUP, message

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import events
from dino_events.outbox import enqueue, enqueue_async, row, table_sql


def test_an_event_is_there_after_the_commit(database, rows):
    event = message(key="k")
    with database.connect() as connection:
        key = enqueue(connection, event)
        assert rows("id") == []

    assert key == "k"
    assert rows("ordering_key, idempotency_key, state, attempts") == [(GROUP, "k", "pending", 0)]
    assert api.EventRequest.FromString(rows("event")[0]).message == event.request


def test_an_event_is_not_there_after_a_rollback(database, rows):
    with database.connect() as connection:
        enqueue(connection, message())
        connection.rollback()

    assert rows("id") == []


def test_a_key_is_made_if_there_is_none(database, rows):
    with database.connect() as connection:
        keys = [enqueue(connection, message()) for _ in range(2)]

    assert rows("idempotency_key") == keys
    assert len(set(keys)) == 2


def test_the_ordering_key_is_the_callers(database, rows):
    with database.connect() as connection:
        enqueue(connection, message(), ordering_key=1234)
        enqueue(connection, events.custom(event_type="poll", group_id="g", to=[1]))

    assert rows("ordering_key") == ["1234", "g"]


def test_two_events_must_not_share_a_key(database, rows):
    with database.connect() as connection:
        enqueue(connection, message(key="k"))
    with pytest.raises(psycopg.errors.UniqueViolation), database.connect() as connection:
        enqueue(connection, message(key="k"))

    assert rows("idempotency_key") == ["k"]


@pytest.mark.parametrize("key", ["a b", "ü", "k" * 121])
def test_a_key_that_the_server_would_refuse_is_refused(database, key):
    with pytest.raises(psycopg.errors.CheckViolation), database.connect() as connection:
        enqueue(connection, message(key=key))


def test_asyncio(database, rows):
    async def write():
        async with await psycopg.AsyncConnection.connect(database.conninfo) as connection:
            return await enqueue_async(connection, message(key="k"))

    assert asyncio.run(write()) == "k"
    assert rows("idempotency_key") == ["k"]


def test_a_cursor_and_a_row_of_ones_own(database, rows):
    made = row(message(key="k2"), ordering_key="o")
    with database.connect() as connection, connection.cursor() as cursor:
        enqueue(cursor, message(key="k1"))
        cursor.execute(
            "INSERT INTO dino_outbox (ordering_key, idempotency_key, event) VALUES (%s, %s, %s)",
            made,
        )

    assert rows("idempotency_key, ordering_key") == [("k1", GROUP), ("k2", "o")]


def test_workers_are_told(database):
    with database.connect(autocommit=True) as listening, database.connect() as connection:
        listening.execute("LISTEN dino_outbox")
        enqueue(connection, message())
        connection.commit()

        assert [one.channel for one in listening.notifies(timeout=20, stop_after=1)] == [
            "dino_outbox"
        ]


def test_writers_do_not_wait_for_each_other(database, rows):
    with database.connect() as first, database.connect() as second:
        enqueue(first, message())
        enqueue(second, message())
        second.commit()

    assert len(rows("id")) == 2


def test_the_sql_may_be_run_again(database):
    with database.connect() as connection:
        connection.execute(table_sql())
