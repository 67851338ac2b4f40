"""Streams against a server: what their callers may do to them meanwhile."""

import asyncio
import contextlib
import pickle
import threading

import pytest
from making import message
from scripted_server import ScriptedServer

from dino_events import AsyncPublisher, BatchError, Publisher
from dino_events._split import _joined_tokens
from dino_events.types import Delivery


@contextlib.contextmanager
def publisher_of(*script):
    server = ScriptedServer(script)
    try:
        with Publisher(server.address) as publisher:
            yield publisher
    finally:
        server.stop()


# Answers nothing before the second event has come.
BREAKS_AFTER_TWO = {"results": [], "after": 2, "then": {"code": "UNAVAILABLE"}}


def test_a_pending_delivery_cannot_be_cancelled():
    with publisher_of(BREAKS_AFTER_TWO, {"ok": True}) as publisher, publisher.stream() as stream:
        first = stream.publish(message([1]))
        cancelled = first.cancel()
        second = stream.publish(message([2]))

        assert second.result(20).acknowledged_count == 1
        assert first.result(20).acknowledged_count == 1
        assert not cancelled


def test_an_event_that_was_complete_before_ends_at_once():
    event = message(range(1, 10_002), key="k")
    parts = [Delivery("id", ("id",), count, count) for count in (10_000, 1)]
    event.request.options.resume_token = _joined_tokens(event, 10_000, parts)
    with publisher_of() as publisher, publisher.stream() as stream:
        assert stream.publish(event).result(20).replayed


def test_a_callback_publishes_without_room():
    with publisher_of({"ok": True}) as publisher, publisher.stream(window=1) as stream:
        is_full = threading.Event()
        published = []

        def publish_again(_):
            is_full.wait(20)
            published.append(stream.publish(message([3])))

        first = stream.publish(message([1]))
        first.add_done_callback(publish_again)
        second = stream.publish(message([2]))  # Takes the room of the first one.
        is_full.set()

        assert second.result(20).acknowledged_count == 1
        stream.flush()
        assert published[0].result(20).acknowledged_count == 1


def test_a_callback_cannot_wait_for_all_events():
    with publisher_of(BREAKS_AFTER_TWO, {"ok": True}) as publisher, publisher.stream() as stream:
        refused = []

        def flush(_):
            try:
                stream.flush()
            except RuntimeError as error:
                refused.append(str(error))

        stream.publish(message([1])).add_done_callback(flush)
        stream.publish(message([2])).result(20)

    assert refused == ["a done callback cannot wait for its own stream"]


REFUSED = {"results": [{"code": "INVALID_ARGUMENT", "reason": "INVALID_FIELD"}] * 1500}


def blocking(address, ask):
    with Publisher(address) as publisher, publisher.stream(ordered=False) as stream:
        pending = [stream.publish(message()) for _ in range(1500)]
        stream.flush()
        for one in ask(pending):
            one.exception()


def with_asyncio(address, ask):
    async def run():
        async with AsyncPublisher(address) as publisher, publisher.stream(ordered=False) as stream:
            pending = [await stream.publish(message()) for _ in range(1500)]
            await stream.flush()
            for one in ask(pending):
                one.exception()

    asyncio.run(run())


@pytest.mark.parametrize("publish", [blocking, with_asyncio])
@pytest.mark.parametrize(
    ("ask", "count", "kept"),
    [
        (lambda pending: [], 1500, 1000),
        (lambda pending: pending[:300], 1200, 700),
        (lambda pending: pending[900:], 900, 900),
    ],
    ids=["nobody", "the first", "the last"],
)
def test_a_stream_counts_all_failures_that_nobody_asked_for(publish, ask, count, kept):
    server = ScriptedServer([REFUSED])
    try:
        with pytest.raises(BatchError) as told:
            publish(server.address, ask)
    finally:
        server.stop()

    assert told.value.message == f"{count} events failed"
    assert (told.value.failed_count, len(told.value.results)) == (count, kept)
    assert pickle.loads(pickle.dumps(told.value)).failed_count == count


@pytest.mark.parametrize("publish", [blocking, with_asyncio])
def test_a_stream_raises_nothing_if_all_failures_were_asked_for(publish):
    server = ScriptedServer([REFUSED])
    try:
        publish(server.address, lambda pending: pending)
    finally:
        server.stop()
