"""Requests and errors, as several tests need them."""

from dino.events.v1 import event_publisher_service_pb2 as api
from google.rpc import error_details_pb2
from grpc_status import rpc_status

# How many seconds a wait lasts before it fails a test. One that succeeds ends at once.
PATIENCE = 20


def message_request(users, text):
    request = api.PublishMessageRequest(user_ids=users)
    request.message.group_id = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
    request.message.sender_id = 1234
    request.message.message_id = "c87efd18-8879-4c24-8b26-ccb7f40a0fe5"
    request.message.message_payload = text
    request.message.message_type = "text"
    request.message.created_at.FromSeconds(1597877384)
    return request


def detail_in(status, kind):
    """The only detail of that kind in a google.rpc.Status."""
    [packed] = [detail for detail in status.details if detail.Is(kind.DESCRIPTOR)]
    detail = kind()
    packed.Unpack(detail)
    return detail


def detail_of(error, kind):
    """The only detail of that kind in the error of a call."""
    return detail_in(rpc_status.from_call(error), kind)


def bad_fields_in(status):
    bad_request = detail_in(status, error_details_pb2.BadRequest)
    return sorted(violation.field for violation in bad_request.field_violations)
