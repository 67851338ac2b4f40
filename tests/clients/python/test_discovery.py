"""What a server says of itself: health, reflection and GetServerInfo."""

from dino.events.v1 import server_info_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import ParseDict
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from calls import PATIENCE

SERVICE = "dino.events.v1.EventPublisherService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def health_of(channel, service):
    request = health_pb2.HealthCheckRequest(service=service)
    return health_pb2_grpc.HealthStub(channel).Check(request, timeout=PATIENCE).status


def test_a_bridge_with_a_broker_is_healthy(channel):
    assert health_of(channel, "") == SERVING
    assert health_of(channel, SERVICE) == SERVING


def test_a_bridge_without_a_broker_lives_but_is_not_ready(channel_without_broker):
    assert health_of(channel_without_broker, "liveness") == SERVING
    assert health_of(channel_without_broker, SERVICE) == NOT_SERVING


def test_a_caller_without_our_files_can_call(channel, subscriber):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert SERVICE in database.get_services()
    service = DescriptorPool(database).FindServiceByName(SERVICE)
    method = service.FindMethodByName("PublishLeave")
    request_class = message_factory.GetMessageClass(method.input_type)
    response_class = message_factory.GetMessageClass(method.output_type)
    leave = {
        "group_id": "6cbb3265-2a7f-494d-92ad-f4503d55d49f",
        "created_at": "2020-08-19T22:49:44Z",
        "user_id": 5678,
    }
    call = channel.unary_unary(
        f"/{SERVICE}/{method.name}", request_class.SerializeToString, response_class.FromString
    )
    answer = call(ParseDict({"leave": leave, "user_ids": [1]}, request_class()), timeout=PATIENCE)

    assert answer.delivery.acknowledged_count == 1
    assert b'"event_type":"leave"' in subscriber.next().payload


def test_server_info_tells_limits_and_sessions(events):
    info = events.GetServerInfo(server_info_pb2.GetServerInfoRequest(), timeout=PATIENCE)
    assert info.version
    assert info.limits.max_recipients == 10000
    assert any(session.connected for session in info.sessions)
