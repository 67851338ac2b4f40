"""Failed calls say why, in a form that a program can read."""

import os
import signal

import grpc
import pytest
from dino.events.v1.event_publisher_service_pb2_grpc import EventPublisherServiceStub
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from calls import PATIENCE, bad_fields_in, detail_of, message_request


def test_every_bad_field_is_named(events):
    request = message_request([1, 0], "hello")
    request.message.group_id = "group/+/#"
    request.message.message_type = "Text"
    request.message.ClearField("created_at")
    request.options.expiry.FromSeconds(-5)
    with pytest.raises(grpc.RpcError) as failure:
        events.PublishMessage(request, timeout=PATIENCE)

    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert bad_fields_in(rpc_status.from_call(failure.value)) == [
        "message.created_at",
        "message.group_id",
        "message.message_type",
        "options.expiry",
        "user_ids[1]",
    ]
    info = detail_of(failure.value, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == ("INVALID_FIELD", "dino.events")


def test_without_a_broker_it_is_said_when_to_repeat(channel_without_broker):
    events = EventPublisherServiceStub(channel_without_broker)
    with pytest.raises(grpc.RpcError) as failure:
        events.PublishMessage(message_request([1], "hello"), timeout=PATIENCE)

    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
    info = detail_of(failure.value, error_details_pb2.ErrorInfo)
    assert (info.reason, info.domain) == ("BROKER_UNREACHABLE", "dino.events")
    delay = detail_of(failure.value, error_details_pb2.RetryInfo).retry_delay
    assert delay.ToMilliseconds() > 0


def test_a_call_ends_at_its_deadline(events, subscriber):
    broker = int(os.environ["STAGE_BROKER_PID"])
    os.kill(broker, signal.SIGSTOP)
    try:
        with pytest.raises(grpc.RpcError) as failure:
            events.PublishMessage(message_request([1], "late"), timeout=0.3)
    finally:
        os.kill(broker, signal.SIGCONT)

    assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    # It may be on its way, before whatever comes later. No other test is to receive it.
    events.PublishMessage(message_request([1], "next"), timeout=PATIENCE)
    while b'"message_payload":"next"' not in subscriber.next().payload:
        pass
