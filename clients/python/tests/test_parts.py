"""Events, failures, credentials, targets: each by itself."""

import asyncio
import pickle
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import grpc
import pytest
from making import GROUP, message, status

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import BatchError, Event, GroupType, Qos, Result, Tls, UnreachableError, events
from dino_events._channel import Channels, target
from dino_events.errors import Progress, to_error
from dino_events.failure import of_error, of_status


class Call:
    """What gRPC raises."""

    def __init__(self, code, trailers=()):
        self._code, self._trailers = code, trailers

    def code(self):
        return self._code

    def details(self):
        return "told"

    def trailing_metadata(self):
        return self._trailers


def test_what_an_event_is_made_of():
    made = events.message(
        group_id=UUID(GROUP),
        sender_id=7,
        text="Lunch?",
        to=(user for user in (1, 2)),
        created_at=datetime(2020, 8, 19, 22, 49, 44, 794828, timezone(timedelta(hours=0))),
        key="k",
        qos=Qos.AT_MOST_ONCE,
        expiry=timedelta(minutes=1),
        user_properties={"sender-device": "telephone"},
    )

    assert (made.rpc, made.request.message.group_id) == ("PublishMessage", GROUP)
    assert list(made.request.user_ids) == [1, 2]
    assert made.request.message.created_at.ToJsonString() == "2020-08-19T22:49:44.794828Z"
    assert made.request.options == delivery_pb2.PublishOptions(
        idempotency_key="k",
        qos=1,
        expiry={"seconds": 60},
        user_properties={"sender-device": "telephone"},
    )


def test_every_kind_has_a_method():
    now = datetime.now(UTC)
    common = {"group_id": GROUP, "to": [1]}
    text = {"sender_id": 7, "text": "a"}
    made = [
        events.group(
            **common, name="n", owner_id=1, user_ids=[1], created_at=now, updated_at=now,
            last_message_time=now, group_type=GroupType.MULTI_USER,
        ),
        events.message(**common, **text),
        events.attachment(**common, **text, file_id="f"),
        events.edit(**common, **text, message_id=GROUP, created_at=now),
        events.action_log(**common, **text),
        events.read(**common, user_id=1),
        events.join(**common, user_ids=[1]),
        events.leave(**common, user_id=1),
        events.delete_attachment(**common, message_ids=[UUID(GROUP)], file_ids=["f"]),
        events.delete_message(**common, message_ids=[GROUP]),
        events.custom(**common, event_type="poll", data={"a": [1, None, {"b": True}]}),
    ]  # fmt: skip

    assert [one.kind for one in made] == [f.name for f in api.EventRequest.DESCRIPTOR.fields]
    for one in made:
        assert Event.of(one.request) == one


def test_mistakes_are_told_at_once():
    with pytest.raises(ValueError, match="time zone"):
        events.read(group_id=GROUP, user_id=1, to=[1], read_at=datetime(2020, 1, 1))
    with pytest.raises(TypeError, match="topic"):
        message(to=[1], topic="a")
    with pytest.raises(TypeError):
        Event.of(api.PublishBatchRequest())


def test_a_failure_is_read_from_the_trailers():
    progress = delivery_pb2.PublishFailure(recipient_count=3, resume_token=b"t")
    packed = status("UNAVAILABLE", "BROKER_BUSY", retry_after=1.5, progress=progress)
    trailers = (
        ("grpc-status-details-bin", packed.SerializeToString()),
        ("grpc-retry-pushback-ms", "9000"),
    )
    failure = of_error(Call(grpc.StatusCode.UNAVAILABLE, trailers))

    assert (failure.code, failure.reason, failure.pushback) == ("UNAVAILABLE", "BROKER_BUSY", 1.5)
    assert failure.progress == progress


@pytest.mark.parametrize(
    "value, pushback, refuses", [("250", 0.25, False), ("-1", None, True), ("x", None, False)]
)
def test_the_trailer_alone_counts_too(value, pushback, refuses):
    failure = of_error(Call(grpc.StatusCode.UNAVAILABLE, (("grpc-retry-pushback-ms", value),)))

    assert (failure.pushback, failure.refuses_retries) == (pushback, refuses)


def test_details_that_cannot_be_read_are_left_out():
    failure = of_error(Call(grpc.StatusCode.INTERNAL, (("grpc-status-details-bin", b"\xff"),)))

    assert (failure.code, failure.reason, failure.message) == ("INTERNAL", "", "told")


def test_a_reason_of_another_service_is_none_of_ours():
    assert of_status(status("UNAVAILABLE", "OVERLOADED", domain="other")).reason == ""


def test_every_bad_field_is_told():
    failure = of_status(status("INVALID_ARGUMENT", "INVALID_FIELD", fields=["a.b", "c[1]"]))

    assert [one.field for one in failure.violations] == ["a.b", "c[1]"]


def test_errors_survive_a_queue_of_jobs():
    failure = of_status(status("UNAVAILABLE"))
    error = to_error(failure, Progress(key="k", resume_token=b"t"), retryable=True)
    copy = pickle.loads(pickle.dumps(error))

    assert isinstance(copy, UnreachableError)
    assert (copy.key, copy.resume_token, copy.retryable) == ("k", b"t", True)
    assert str(copy) == str(error)


def test_a_batch_error_has_all_results():
    error = to_error(of_status(status("UNAVAILABLE")), Progress(), retryable=True)
    group = BatchError([Result(), Result(error=error)])

    assert (group.exceptions, len(group.results)) == ((error,), 2)
    assert group.subgroup(UnreachableError).exceptions == (error,)


@pytest.mark.parametrize(
    "address, expected",
    [
        ("bridge:50051", "dns:///bridge:50051"),
        ("127.0.0.1:1", "ipv4:127.0.0.1:1"),
        ("127.0.0.1:1,127.0.0.1:2", "ipv4:127.0.0.1:1,127.0.0.1:2"),
        (["[::1]:1", "[::1]:2"], "ipv6:[::1]:1,[::1]:2"),
        ("dns:///bridge:50051", "dns:///bridge:50051"),
        ("unix:/run/bridge", "unix:/run/bridge"),
    ],
)
def test_targets(address, expected):
    assert target(address) == expected


def test_several_names_are_refused():
    with pytest.raises(ValueError, match="one DNS name"):
        target("a:1,b:1")


def test_a_channel_is_replaced_when_a_tls_file_changes(tmp_path):
    now = [100.0]
    ca = tmp_path / "ca.pem"
    ca.write_text("a")
    closed = []
    made = iter(range(9))
    channels = Channels(lambda: next(made), closed.append, Tls(ca_file=ca), clock=lambda: now[0])
    assert channels.get() == 0
    ca.write_text("ab")
    assert channels.get() == 0
    now[0] += 1
    assert channels.get() == 1
    assert closed == []
    now[0] += 60
    assert channels.get() == 1
    assert closed == [0]


def test_the_async_publisher_has_the_same_methods():
    from dino_events import AsyncPublisher, Publisher

    def names(kind):
        return {name for name in dir(kind) if not name.startswith("_")}

    assert names(AsyncPublisher) == names(Publisher)
    assert asyncio.iscoroutinefunction(AsyncPublisher.publish)
