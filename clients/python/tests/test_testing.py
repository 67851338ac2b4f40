"""The test doubles, and the helper for subscribers."""

import asyncio
import json
import pathlib
from types import SimpleNamespace

import pytest
from making import GROUP, message

from dino_events import (
    AsyncPublisher,
    BatchError,
    BrokerBusyError,
    DeadlineExceededError,
    IdempotencyKeyReusedError,
    InvalidFieldError,
    Publisher,
)
from dino_events._split import _joined_tokens
from dino_events.aio_stream import AsyncStream
from dino_events.stream import Stream
from dino_events.subscriber import Deduplicator
from dino_events.testing import FakeAsyncPublisher, FakeAsyncStream, FakePublisher, FakeStream
from dino_events.types import Delivery

DUPLICATES = json.loads(
    pathlib.Path(__file__).parents[2].joinpath("conformance/duplicates.json").read_text()
)


def test_events_are_recorded():
    with FakePublisher() as publisher:
        delivery = publisher.message(group_id=GROUP, sender_id=7, text="Lunch?", to=[1, 2])

    assert (delivery.recipient_count, delivery.acknowledged_count) == (2, 2)
    assert [one.request.message.message_payload for one in publisher.events] == ["Lunch?"]


def test_invalid_events_are_refused_as_by_the_server():
    publisher = FakePublisher()
    with pytest.raises(InvalidFieldError) as error:
        publisher.message(group_id="group", sender_id=0, text="", to=[])

    assert [one.field for one in error.value.violations] == [
        "message.group_id", "message.sender_id", "message.message_payload", "user_ids",
    ]  # fmt: skip
    assert publisher.events == []


def test_it_fails_on_demand():
    publisher = FakePublisher()
    publisher.fail_next("BROKER_BUSY")
    publisher.fail_next(code="DEADLINE_EXCEEDED")
    with pytest.raises(BrokerBusyError) as error:
        publisher.publish(message())
    with pytest.raises(DeadlineExceededError):
        publisher.publish(message())

    assert error.value.retryable
    assert error.value.maybe_published
    assert publisher.publish(message()).acknowledged_count == 1


def test_a_repeated_key_completes_and_another_event_may_not_have_it():
    publisher = FakePublisher()
    event = message([1, 2], key="k")
    first = publisher.publish(event)
    again = publisher.publish(event)

    assert (first.replayed, again.replayed) == (False, True)
    assert first.event_id == again.event_id
    assert len(publisher.events) == 1
    with pytest.raises(IdempotencyKeyReusedError):
        publisher.publish(message([1, 3], key="k"))


def test_large_groups_are_taken():
    assert FakePublisher().publish(message(range(1, 25_001))).acknowledged_count == 25_000


def test_a_batch_tells_of_each_event():
    publisher = FakePublisher()
    with pytest.raises(BatchError) as error:
        publisher.publish_batch([message([1]), message([]), message([2])])

    assert [one.error is None for one in error.value.results] == [True, False, True]
    assert [result.error is None for _, result in publisher.publish_all([message([1])])] == [True]


def test_an_error_on_demand_has_the_key_of_its_event():
    publisher = FakePublisher()
    publisher.fail_next("BROKER_BUSY")
    publisher.fail_next("BROKER_BUSY")
    with pytest.raises(BrokerBusyError) as error:
        publisher.publish(message(key="k"))
    assert error.value.key == "k"
    with pytest.raises(BrokerBusyError) as error:
        publisher.publish(message())
    assert error.value.key


def test_a_large_event_may_be_repeated_when_some_parts_are_complete():
    event = message(range(1, 25_001), key="k")
    first = Delivery("id", ("id",), 10_000, 10_000)
    event.request.options.resume_token = _joined_tokens(event, 10_000, [first, None, None])

    assert FakePublisher().publish(event).acknowledged_count == 25_000


def test_a_stream_ends_each_event_at_once():
    publisher = FakePublisher()
    with publisher.stream() as stream:
        delivered = stream.message(group_id=GROUP, sender_id=7, text="Lunch?", to=[1])
        assert delivered.done()
        publisher.fail_next("BROKER_BUSY")
        with pytest.raises(BrokerBusyError):
            stream.publish(message()).result()
    with pytest.raises(BatchError), publisher.stream() as stream:
        stream.publish(message([]))

    assert len(publisher.events) == 1


def test_the_async_one_does_the_same():
    async def publish():
        async with FakeAsyncPublisher() as publisher:
            await publisher.message(group_id=GROUP, sender_id=7, text="Lunch?", to=[1])
            await publisher.publish_batch([message()])
            ended = [result async for _, result in publisher.publish_all([message()])]
            async with publisher.stream() as stream:
                pending = await stream.publish(message())
                assert (await pending).acknowledged_count == 1
                ended += [result async for _, result in stream.publish_all([message()])]
            with pytest.raises(BatchError):
                async with publisher.stream() as stream:
                    await stream.publish(message([]))
            return len(publisher.events), len(ended)

    assert asyncio.run(publish()) == (5, 2)


@pytest.mark.parametrize(
    ("fake", "real"),
    [
        (FakePublisher, Publisher),
        (FakeAsyncPublisher, AsyncPublisher),
        (FakeStream, Stream),
        (FakeAsyncStream, AsyncStream),
    ],
)
def test_a_fake_has_the_methods_of_what_it_stands_in_for(fake, real):
    missing = {name for name in dir(real) if not name.startswith("_")} - set(dir(fake))

    assert missing <= {"server_info"}


def test_copies_are_known_by_their_event_id():
    seen = Deduplicator()

    assert seen.is_new("dms/dev/1", b"a", "id")
    assert not seen.is_new("dms/dev/1", b"a", "id")
    assert seen.is_new("dms/dev/2", b"a", "id")  # Another user's.
    assert seen.is_new("dms/dev/1", b"a", "other id")


@pytest.mark.parametrize("case", DUPLICATES, ids=lambda case: case["name"])
def test_without_properties_the_payload_tells(case):
    seen = Deduplicator()

    assert seen.is_new("dms/dev/1", case["first"].encode())
    assert not seen.is_new("dms/dev/1", case["first"].encode())
    assert seen.is_new("dms/dev/1", case["second"].encode()) is not case["same"]


def test_an_event_whose_handling_failed_can_be_forgotten():
    seen = Deduplicator()
    five = SimpleNamespace(
        topic="t", payload=b"a", properties=SimpleNamespace(UserProperty=[("event_id", "id")])
    )
    three = SimpleNamespace(topic="t", payload=b"a", properties=None)
    for one in (five, three):
        assert seen.is_new_message(one)
        seen.forget_message(one)
        assert seen.is_new_message(one)
        assert not seen.is_new_message(one)
    seen.forget("t", b"never came")


def test_the_oldest_are_forgotten():
    seen = Deduplicator(capacity=2)
    for event_id in ("1", "2", "3"):
        seen.is_new("t", b"", event_id)

    assert not seen.is_new("t", b"", "3")
    assert seen.is_new("t", b"", "1")


def test_messages_of_paho():
    seen = Deduplicator()
    properties = SimpleNamespace(UserProperty=[("event_id", "id"), ("event_type", "message")])
    five = SimpleNamespace(topic="t", payload=b"a", properties=properties)
    three = SimpleNamespace(topic="t", payload=b"a", properties=None)

    assert [seen.is_new_message(one) for one in (five, five, three, three)] == [
        True, False, True, False,
    ]  # fmt: skip
