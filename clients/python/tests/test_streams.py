"""Streams against a server: what their callers may do to them meanwhile."""

import contextlib

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
