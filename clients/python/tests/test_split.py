"""Events with more recipients than the server takes."""

import pytest
from making import GROUP, failed, message

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import PublishError, events
from dino_events._attempts import Rules
from dino_events._calls import Context, Send, publish_event
from dino_events._split import _joined_tokens, split
from dino_events.errors import Progress, to_error
from dino_events.policy import default_policy


def run(event, answer):
    """Publishes an event; `answer` gets each request and returns a failure or None for success."""
    steps = publish_event(Context(Rules(default_policy())), event)
    reply = None
    sent = []
    try:
        while True:
            step = steps.send(reply)
            reply = None
            if isinstance(step, Send):
                sent.append(step.request.options.idempotency_key)
                reply = answer(step.request) or delivered(step.request)
    except StopIteration as end:
        return sent, end.value
    except PublishError as error:
        return sent, error


def delivered(request):
    count = len(request.user_ids)
    delivery = delivery_pb2.Delivery(
        event_id=f"id of {request.options.idempotency_key}",
        recipient_count=count,
        acknowledged_count=count,
    )
    return api.PublishMessageResponse(delivery=delivery)


def test_an_event_that_fits_is_left_alone():
    event = message(range(1, 10_001))

    assert split(event, 10_000) == [event]


def test_repeated_recipients_count_once():
    event = message([*range(1, 10_001), *range(1, 10_001)])

    assert split(event, 10_000) == [event]


def test_parts_have_derived_keys_and_all_recipients_in_order():
    parts = split(message(range(1, 25_001), key="k"), 10_000)

    assert [part.request.options.idempotency_key for part in parts] == ["k/0", "k/1", "k/2"]
    assert [one for part in parts for one in part.request.user_ids] == list(range(1, 25_001))


def test_overlays_go_with_their_recipients():
    event = events.custom(
        event_type="poll", group_id=GROUP, to=[1, 2, 3], overlays={1: {"a": 1}, 3: {"a": 3}}
    )
    parts = split(event, 2)

    assert [sorted(part.request.overlays) for part in parts] == [[1], [3]]


def test_topics_are_split_too():
    event = events.custom(event_type="poll", group_id=GROUP, topics=["a", "b", "c"])

    assert [list(part.request.topics) for part in split(event, 2)] == [["a", "b"], ["c"]]


def test_the_outcome_is_one():
    sent, delivery = run(message(range(1, 25_001), key="k"), lambda request: None)

    assert sent == ["k/0", "k/1", "k/2"]
    assert (delivery.recipient_count, delivery.acknowledged_count) == (25_000, 25_000)
    assert delivery.event_ids == ("id of k/0", "id of k/1", "id of k/2")


def test_a_failed_call_goes_on_where_it_ended():
    event = message(range(1, 25_001), key="k")
    stop = failed("FAILED_PRECONDITION", "BROKER_LIMIT", token=b"t", acknowledged=7)
    sent, error = run(event, lambda request: stop if "k/1" in str(request.options) else None)

    assert sent == ["k/0", "k/1"]
    assert (error.key, error.recipient_count, error.acknowledged_count) == ("k", 25_000, 10_007)
    again = message(range(1, 25_001), key=error.key, resume_token=error.resume_token)
    tokens = []
    sent, delivery = run(again, lambda request: tokens.append(request.options.resume_token))
    assert sent == ["k/1", "k/2"]
    assert tokens == [b"t", b""]
    assert delivery.acknowledged_count == 25_000


@pytest.mark.parametrize("token", [b"x", b"dino-events parts\0", b"dino-events parts\0\0\0\0\x09a"])
def test_a_token_that_is_none_of_ours_belongs_to_no_part(token):
    parts = split(message(range(1, 21), resume_token=token), 10)

    assert [part.request.options.resume_token for part in parts] == [b"", b""]


def test_a_token_of_other_recipients_skips_nobody():
    _, error = run(
        message(range(1, 20_001), key="k"),
        lambda request: (
            failed("INTERNAL", "BROKER_REFUSED") if 20_000 in request.user_ids else None
        ),
    )
    others = message(range(2, 20_002), key="k", resume_token=error.resume_token)

    assert len([part for part in split(others, 10_000) if hasattr(part, "request")]) == 2


def test_a_part_that_was_not_begun_keeps_its_token():
    event = message(range(1, 25_001), key="k")
    second = to_error(
        failed("UNAVAILABLE"), Progress(key="k/1", resume_token=b"second"), retryable=True
    )
    event.request.options.resume_token = _joined_tokens(event, 10_000, [None, second, None])
    _, error = run(event, lambda request: failed("INVALID_ARGUMENT", "INVALID_FIELD"))
    event.request.options.resume_token = error.resume_token
    parts = split(event, 10_000)

    assert [one.request.options.resume_token for one in parts] == [b"", b"second", b""]
