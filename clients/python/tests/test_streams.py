"""Streams against a server: what their callers may do to them meanwhile."""

import contextlib
import threading

from making import message
from scripted_server import ScriptedServer

from dino_events import Publisher


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
