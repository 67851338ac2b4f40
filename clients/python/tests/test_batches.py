"""The calls of a batch."""

from making import message

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._attempts import Rules
from dino_events._calls import Context, Send, publish_batch
from dino_events.policy import default_policy


def calls_of(events, timeout=None):
    """The texts and the timeout of each call, if all succeed at once."""
    context = Context(Rules(default_policy()), clock=lambda: 0.0)
    steps = publish_batch(context, events, timeout, True)
    calls = []
    reply = None
    try:
        while True:
            step = steps.send(reply)
            assert isinstance(step, Send)
            texts = [one.message.message.message_payload for one in step.request.events]
            calls.append((texts, step.timeout))
            delivered = api.EventResult(delivery=delivery_pb2.Delivery())
            reply = api.PublishBatchResponse(results=[delivered] * len(texts))
    except StopIteration:
        return calls


def test_an_event_with_little_time_takes_none_from_the_others():
    events = [
        message([1], "a"),
        message([2], "b", timeout=0.5),
        message([3], "c", timeout=12),
        message([4], "d", timeout=2),
        message([5], "e", timeout=0.5),
    ]

    assert calls_of(events) == [(["b", "e"], 0.5), (["d"], 2), (["a", "c"], 10)]


def test_events_with_the_same_time_share_a_call():
    assert calls_of([message([1], "a"), message([2], "b")], timeout=3) == [(["a", "b"], 3)]
