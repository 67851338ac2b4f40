"""Each event's call is answered OK, and subscribers receive the very bytes."""

import pytest
from dino.events.v1 import event_publisher_service_pb2 as api
from google.protobuf import json_format

from calls import PATIENCE

SERVICE = api.DESCRIPTOR.services_by_name["EventPublisherService"]
RPCS = {method.input_type.full_name: method.name for method in SERVICE.methods}
# The file of each kind of event is named as its field in batches and streams.
CASES = [
    (RPCS[field.message_type.full_name], field.name) for field in api.EventRequest.DESCRIPTOR.fields
] + [("PublishMessage", "message_half_second"), ("PublishMessage", "message_hard_text")]


@pytest.mark.parametrize("method, name", CASES)
def test_event_arrives_byte_by_byte(method, name, events, subscriber, golden):
    request = json_format.Parse(
        (golden / f"{name}.request.json").read_text(), getattr(api, method + "Request")()
    )
    delivery = getattr(events, method)(request, timeout=PATIENCE).delivery

    users = request.user_ids or request.group.user_ids
    assert delivery.recipient_count == delivery.acknowledged_count == len(users)
    received = [subscriber.next() for _ in users]
    assert {one.topic for one in received} == {f"dms/dev/{user}" for user in users}
    for one in received:
        assert one.payload == (golden / f"{name}.event.json").read_bytes()
        assert (one.qos, one.payload_format, one.content_type) == (1, "1", "application/json")
        assert one.user_properties["event_id"] == delivery.event_id


def test_every_event_of_the_service_is_a_case():
    single = {
        method.name
        for method in SERVICE.methods
        if method.output_type.fields_by_name.keys() == ["delivery"]
    }
    assert single == {method for method, _ in CASES}
