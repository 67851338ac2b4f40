"""What a stream does when its connection ends."""

import pytest
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from making import failed, message

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import ConnectionAgeError, UnknownCallerError
from dino_events._attempts import Rules
from dino_events._calls import Context
from dino_events._stream_state import StreamState
from dino_events.policy import default_policy


class Key:
    """Credentials that the test changes."""

    version = 0

    def renewed_since(self, version):
        return version != self.version


class Opened:
    """A stream with a clock of its own."""

    def __init__(self, *recipients):
        self.now = 0.0
        self.key = Key()
        self.ended = {}
        rules = Rules(default_policy(), random=lambda: 0.0, credentials=self.key)
        self.state = StreamState(Context(rules, clock=lambda: self.now), ordered=True)
        for index, to in enumerate(recipients):
            self.add(str(index), to)
        self.state.opened()

    def add(self, text, to, **options):
        event = message(to, text, **options)
        self.state.add(event, lambda result: self.ended.update({text: result}))

    def take_all(self):
        taken = list(iter(self.state.take, None))
        return [one.event.message.message.message_payload for one in taken]

    def answer(self, sequence):
        result = api.EventResult(delivery=delivery_pb2.Delivery(acknowledged_count=1))
        self.state.answered(api.PublishStreamResponse(sequence=sequence, result=result))


def test_what_was_not_answered_is_sent_again_in_order():
    stream = Opened([1], [2], [3])
    stream.take_all()
    stream.answer(1)
    stream.add("3", [2])
    stream.state.lost(failed("UNAVAILABLE"))

    assert stream.take_all() == []
    assert stream.state.reopen_at == 0.1
    stream.now = 0.1
    assert stream.take_all() == ["0", "2", "3"]


def test_an_old_connection_is_replaced_at_once_but_not_for_ever():
    stream = Opened([1])
    age = failed("UNAVAILABLE", "CONNECTION_AGE")
    waits = []
    for _ in range(3):
        stream.take_all()
        before = stream.now
        stream.state.lost(age)
        stream.now = stream.state.reopen_at
        waits.append(round(stream.now - before, 3))

    assert waits == [0, 0.1, 0.2]
    stream.now = 40.0
    stream.state.expire()
    assert not isinstance(stream.ended["0"].error, ConnectionAgeError)


def test_a_stream_that_began_with_an_old_key_goes_on_with_the_new_one():
    stream = Opened([1])
    stream.key.version += 1
    stream.take_all()
    stream.state.lost(failed("UNAUTHENTICATED", "UNKNOWN_CALLER"))

    assert stream.ended == {}
    stream.now = stream.state.reopen_at
    stream.state.opened()
    assert stream.take_all() == ["0"]
    stream.state.lost(failed("UNAUTHENTICATED", "UNKNOWN_CALLER"))
    with pytest.raises(UnknownCallerError):
        stream.ended["0"].get()


TOO_LARGE = failed("INVALID_ARGUMENT", "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("reason", ["REQUEST_TOO_LARGE", "INVALID_FIELD"])
def test_an_event_that_ends_the_stream_ends_alone(reason):
    stream = Opened([1], [2], [3])
    stream.take_all()
    stream.state.lost(failed("INVALID_ARGUMENT", reason))

    assert {text: one.error.reason for text, one in stream.ended.items()} == {"0": reason}
    assert not stream.ended["0"].error.retryable
    stream.state.opened()
    assert stream.take_all() == ["1", "2"]


def test_what_was_answered_did_not_end_the_stream():
    stream = Opened([1], [2], [3])
    stream.take_all()
    busy = Status(code=StatusCode.UNAVAILABLE.value[0])
    stream.state.answered(api.PublishStreamResponse(sequence=0, result=api.EventResult(error=busy)))
    stream.answer(1)
    stream.now = stream.state.pause()
    assert stream.take_all() == ["0"]  # Sent again, so behind the one that is too large.
    stream.state.lost(TOO_LARGE)

    assert set(stream.ended) == {"1", "2"}
    stream.state.opened()
    assert stream.take_all() == ["0"]


def test_many_events_that_are_refused_do_not_slow_the_stream_down():
    stream = Opened(*([user] for user in range(1, 101)))
    for _ in range(99):
        stream.take_all()
        stream.state.lost(TOO_LARGE)
        stream.state.opened()

    assert stream.now == stream.state.reopen_at == 0
    assert stream.take_all() == ["99"]


def test_who_ended_the_stream_without_a_reason_is_found():
    stream = Opened([1], [2], [3])
    stream.take_all()
    stream.state.lost(failed("RESOURCE_EXHAUSTED"))
    assert stream.ended == {}
    stream.now = stream.state.reopen_at
    stream.state.opened()
    assert stream.take_all() == ["0"]
    stream.answer(0)
    assert stream.take_all() == ["1"]
    stream.state.lost(failed("RESOURCE_EXHAUSTED"))

    assert stream.ended["1"].error.code == "RESOURCE_EXHAUSTED"
    stream.state.opened()
    assert stream.take_all() == ["2"]
    stream.answer(2)
    stream.add("3", [4])
    stream.add("4", [5])
    assert stream.take_all() == ["3", "4"]


@pytest.mark.parametrize("failure", [TOO_LARGE, failed("RESOURCE_EXHAUSTED")])
def test_no_other_event_is_at_fault_for_one_whose_time_was_over(failure):
    stream = Opened()
    stream.add("unfit", [1], timeout=1.0)
    stream.add("fit", [2])
    stream.take_all()
    stream.now = 1.0
    stream.state.expire()
    assert set(stream.ended) == {"unfit"}
    stream.state.lost(failure)

    assert set(stream.ended) == {"unfit"}
    stream.now = stream.state.reopen_at
    stream.state.opened()
    assert stream.take_all() == ["fit"]


def test_no_event_is_at_fault_for_a_stream_that_took_none():
    stream = Opened([1])
    stream.state.lost(failed("RESOURCE_EXHAUSTED"))

    assert stream.ended == {}
    assert stream.state.reopen_at == 0.1


def test_a_silent_connection_is_noticed():
    stream = Opened([1])
    stream.take_all()
    stream.now = 14.0
    assert not stream.state.is_stuck()
    stream.now = 16.0
    assert stream.state.is_stuck()
    stream.answer(0)
    assert not stream.state.is_stuck()


def test_a_silent_connection_is_noticed_though_its_events_have_ended():
    stream = Opened()
    stream.add("0", [1], timeout=1.0)
    stream.take_all()
    stream.now = 1.0
    stream.state.expire()
    assert set(stream.ended) == {"0"}
    stream.now = 14.0
    stream.add("1", [1])
    assert stream.take_all() == ["1"]
    stream.now = 16.0

    assert stream.state.is_stuck()


def test_an_event_that_is_sent_again_counts_from_then():
    stream = Opened([1])
    stream.take_all()
    stream.now = 9.0
    result = api.EventResult(error=Status(code=StatusCode.UNAVAILABLE.value[0]))
    stream.state.answered(api.PublishStreamResponse(sequence=0, result=result))
    stream.now = 10.0
    assert stream.take_all() == ["0"]
    stream.now = 16.0
    assert not stream.state.is_stuck()


def test_answers_that_nobody_waits_for_are_ignored():
    stream = Opened([1])
    stream.take_all()
    stream.answer(0)
    stream.answer(0)
    stream.answer(77)

    assert stream.ended["0"].get().acknowledged_count == 1
