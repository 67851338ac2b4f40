"""The order of events in batches and streams."""

import pytest
from making import failed, message

from dino_events import errors, events
from dino_events._attempts import Rules
from dino_events._queue import EventQueue
from dino_events.policy import default_policy
from dino_events.types import Delivery

DELIVERED = Delivery("id", ("id",), 1, 1)


class Filled:
    """A queue of events, known by their texts."""

    def __init__(self, *recipients, ordered=True, deadline=30.0):
        self.queue = EventQueue(Rules(default_policy(), random=lambda: 0.0), ordered=ordered)
        self.ended = {}
        self.entries = {}
        for index, to in enumerate(recipients):
            self.add(str(index), to, deadline)

    def add(self, text, to, deadline=30.0):
        event = message(to, text)
        self.queue.add(event, deadline, lambda result: self.ended.update({text: result}))

    def take(self, now=0.0, count=100, size=10**6):
        taken = self.queue.take(now, count, size)
        texts = [one.attempts.request.message.message_payload for one in taken]
        self.entries.update(zip(texts, taken, strict=True))
        return texts

    def succeed(self, text):
        self.queue.succeeded(self.entries[text], DELIVERED)

    def fail(self, text, failure=None, now=0.0, **how):
        self.queue.failed(self.entries[text], failure or failed("UNAVAILABLE"), now, **how)


def test_events_for_different_users_are_sent_together():
    assert Filled([1], [2], [3]).take() == ["0", "1", "2"]


def test_an_event_waits_for_the_one_before_it_for_the_same_user():
    filled = Filled([1], [1, 2], [2], [3])

    assert filled.take() == ["0", "3"]
    filled.succeed("0")
    assert filled.take() == ["1"]
    filled.succeed("1")
    assert filled.take() == ["2"]


def test_an_event_waits_while_the_one_before_it_is_to_be_repeated():
    filled = Filled([1], [1])
    filled.take()
    filled.fail("0")

    assert filled.take() == []
    assert filled.queue.next_time() == 0.1
    assert filled.take(0.1) == ["0"]
    filled.succeed("0")
    assert filled.take(0.1) == ["1"]


def test_the_next_event_goes_on_when_the_one_before_it_is_given_up():
    filled = Filled([1], [1])
    filled.take()
    filled.fail("0", failed("INVALID_ARGUMENT", "INVALID_FIELD"))

    assert isinstance(filled.ended["0"].error, errors.InvalidFieldError)
    assert filled.take() == ["1"]


def test_what_a_broken_stream_left_is_sent_again_in_order():
    filled = Filled([1], [2], [3])
    filled.take()
    filled.add("3", [4])
    for text in ("2", "0", "1"):
        filled.fail(text, decided=0.1)

    assert filled.take() == ["0", "1", "2", "3"]


def test_a_user_has_the_topic_of_the_same_number():
    queue = Filled([42])
    custom = events.custom(
        event_type="poll", group_id="6cbb3265-2a7f-494d-92ad-f4503d55d49f", topics=["42"]
    )
    queue.queue.add(custom, 30.0, lambda result: None)

    assert queue.take() == ["0"]


def test_without_order_everything_is_sent_at_once():
    assert Filled([1], [1], [1], ordered=False).take() == ["0", "1", "2"]


def test_no_more_is_taken_than_there_is_room_for():
    filled = Filled([1], [2], [3], [4])

    assert filled.take(count=1) == ["0"]
    assert filled.take(size=1) == ["1"]  # One always goes.
    assert filled.take() == ["2", "3"]


def test_an_event_ends_at_its_deadline_sent_or_not():
    filled = Filled([1], [1], deadline=5.0)
    filled.take()
    filled.queue.expire(5.0)

    sent, waiting = filled.ended["0"].error, filled.ended["1"].error
    assert isinstance(sent, errors.DeadlineExceededError)
    assert sent.maybe_published
    assert isinstance(waiting, errors.DeadlineExceededError)
    assert not waiting.maybe_published
    assert len(filled.queue) == 0


def test_next_time_is_the_first_deadline():
    filled = Filled([1], deadline=5.0)

    assert filled.queue.next_time() == 5.0
    filled.take()
    filled.succeed("0")
    assert filled.queue.next_time() is None


def test_an_event_with_too_many_recipients_has_one_result():
    filled = Filled(range(1, 25_001))
    taken = filled.queue.take(0, 100, 10**9)
    for entry in taken:
        filled.queue.succeeded(entry, Delivery("id", ("id",), entry.number, entry.number))

    assert len(taken) == 3
    assert filled.ended["0"].get().recipient_count == 0 + 1 + 2


@pytest.mark.parametrize("retryable", [True, False])
def test_all_end_with_what_ended_the_stream(retryable):
    filled = Filled([1], [1])
    filled.queue.end_all(failed("UNAUTHENTICATED", "UNKNOWN_CALLER"), retryable=retryable)

    for text in ("0", "1"):
        assert isinstance(filled.ended[text].error, errors.UnknownCallerError)
        assert filled.ended[text].error.retryable is retryable


def test_what_was_sent_when_all_ended_may_have_been_published():
    filled = Filled([1], [1])
    filled.take()
    filled.queue.end_all(errors.CLOSED, retryable=True)

    assert filled.ended["0"].error.maybe_published
    assert not filled.ended["1"].error.maybe_published
