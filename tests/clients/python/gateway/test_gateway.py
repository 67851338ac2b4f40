"""HTTP/JSON through a gateway, with real bridges and a real broker behind it."""

import json
import os
import signal
import subprocess

import pytest
from dino.events.v1 import event_publisher_service_pb2 as api

from http_calls import Gateway, message

PUBLISH = "/v1/PublishMessage"
UNARY = [
    method.name
    for method in api.DESCRIPTOR.services_by_name["EventPublisherService"].methods
    if not method.client_streaming
]


@pytest.fixture
def gateway():
    return Gateway("STAGE_BRIDGE")


@pytest.fixture
def gateway_with_keys():
    return Gateway("STAGE_BRIDGE_WITH_KEYS")


@pytest.fixture
def gateway_with_tls():
    return Gateway("STAGE_BRIDGE_WITH_TLS")


@pytest.fixture
def gateway_without_broker():
    return Gateway("STAGE_BRIDGE_WITHOUT_BROKER")


def test_an_event_arrives_with_its_trace(gateway, subscriber):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = gateway.post(PUBLISH, message([1234, 4321], "by HTTP"), traceparent=trace)

    assert answer.status == 200
    assert answer.body["delivery"]["acknowledged_count"] == 2
    arrived = [subscriber.next() for _ in range(2)]
    assert {one.topic for one in arrived} == {"dms/dev/1234", "dms/dev/4321"}
    for one in arrived:
        assert json.loads(one.payload)["message_payload"] == "by HTTP"
        assert one.user_properties["event_id"] == answer.body["delivery"]["event_id"]
        assert one.user_properties["traceparent"] == trace


@pytest.mark.parametrize("name", ["group", "message_hard_text", "attachment", "read", "custom"])
def test_golden_requests_arrive_byte_by_byte(name, gateway, subscriber, golden):
    method = {"message_hard_text": "PublishMessage"}.get(name, f"Publish{name.title()}")
    request = golden.joinpath(f"{name}.request.json").read_bytes()
    answer = gateway.post(f"/v1/{method}", request)

    assert answer.status == 200
    for _ in range(answer.body["delivery"]["acknowledged_count"]):
        assert subscriber.next().payload == golden.joinpath(f"{name}.event.json").read_bytes()


@pytest.mark.parametrize("method", UNARY)
def test_every_unary_call_has_a_path(method, gateway):
    answer = gateway.post(f"/v1/{method}", {})
    if method == "GetServerInfo":
        assert answer.body["limits"]["max_recipients"] == "10000"
    else:
        assert (answer.status, answer.reason()) == (400, "INVALID_FIELD")


def test_every_bad_field_is_named(gateway):
    request = message([1, 0], "hello")
    request["message"]["message_type"] = "Text"
    answer = gateway.post(PUBLISH, request)

    assert (answer.status, answer.body["code"]) == (400, 3)
    assert answer.reason() == "INVALID_FIELD"
    violations = answer.detail("google.rpc.BadRequest")["field_violations"]
    assert {violation["field"] for violation in violations} == {
        "message.message_type",
        "user_ids[1]",
    }


@pytest.mark.parametrize("body", [b'{"message": ', b'{"user_idz": [1]}', b"[]"])
def test_other_json_is_refused(body, gateway):
    answer = gateway.post(PUBLISH, body)
    assert (answer.status, answer.body["code"]) == (400, 3)


def test_what_follows_a_request_is_refused(gateway):
    answer = gateway.post(PUBLISH, json.dumps(message([1], "hello")).encode() + b" {}")
    assert (answer.status, answer.body["code"]) == (400, 3)
    assert not answer.body["details"]


def test_a_key_is_forwarded(gateway_with_keys):
    key = f"Bearer {os.environ['STAGE_KEY']}"
    answer = gateway_with_keys.post(PUBLISH, message([1], "hello"), authorization=key)
    assert answer.status == 200


@pytest.mark.parametrize("headers", [{"authorization": "Bearer of-nobody"}, {}], ids=["wrong", "none"])
def test_no_other_key_opens(headers, gateway_with_keys):
    answer = gateway_with_keys.post(PUBLISH, message([1], "hello"), **headers)
    assert (answer.status, answer.body["code"]) == (401, 16)
    assert answer.reason() == "UNKNOWN_CALLER"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_other_header_is_forwarded(gateway_with_keys):
    key = f"Bearer {os.environ['STAGE_KEY']}"
    answer = gateway_with_keys.post(
        PUBLISH, message([1], "hello"), grpc_metadata_authorization=key, grpcgateway_authorization=key
    )
    assert answer.status == 401


def test_a_key_opens_only_its_own_methods(gateway_with_keys):
    key = f"Bearer {os.environ['STAGE_READ_KEY']}"
    answer = gateway_with_keys.post(PUBLISH, message([1], "hello"), authorization=key)
    assert (answer.status, answer.reason()) == (403, "CALLER_NOT_ALLOWED")


def test_the_bridge_is_called_over_tls(gateway_with_tls):
    answer = gateway_with_tls.post(PUBLISH, message([1], "hello"))
    assert answer.status == 200


def test_a_call_ends_at_its_deadline(gateway, subscriber):
    broker = int(os.environ["STAGE_BROKER_PID"])
    os.kill(broker, signal.SIGSTOP)
    try:
        answer = gateway.post(PUBLISH, message([1], "late"), grpc_timeout="300m")
    finally:
        os.kill(broker, signal.SIGCONT)

    assert (answer.status, answer.body["code"]) == (504, 4)
    # Who may have it is told, and how to go on.
    failure = answer.detail("dino.events.v1.PublishFailure")
    assert (failure["recipient_count"], failure["acknowledged_count"]) == (1, 0)
    assert failure["resume_token"]
    # It may be on its way, before whatever comes later. No other test is to receive it.
    gateway.post(PUBLISH, message([1], "next"))
    while b'"message_payload":"next"' not in subscriber.next().payload:
        pass


@pytest.mark.parametrize("timeout", ["5", "-5S", "0S", "1s", "99999999H"])
def test_a_deadline_that_is_none_is_refused(timeout, gateway):
    answer = gateway.post(PUBLISH, message([1], "hello"), grpc_timeout=timeout)
    assert (answer.status, answer.body["code"]) == (400, 3)
    assert "grpc-timeout" in answer.body["message"]


def test_without_a_broker_it_is_said_when_to_repeat(gateway_without_broker):
    answer = gateway_without_broker.post(PUBLISH, message([1], "hello"))
    assert (answer.status, answer.reason()) == (503, "BROKER_UNREACHABLE")
    assert float(answer.detail("google.rpc.RetryInfo")["retry_delay"].removesuffix("s")) > 0
    assert int(answer.headers["Retry-After"]) >= 1


def test_an_unknown_method_is_not_found(gateway):
    answer = gateway.post("/v1/PublishNothing", {})
    assert (answer.status, answer.body["code"]) == (404, 5)


def test_only_post_is_taken(gateway):
    answer = gateway.get(PUBLISH)
    assert (answer.status, answer.body["code"]) == (405, 12)
    assert answer.headers["Allow"] == "POST"


def test_a_body_that_is_too_large_is_refused(gateway):
    limit = 8 << 20
    answer = gateway.post(PUBLISH, message([1], "x" * limit))
    assert (answer.status, answer.reason()) == (413, "REQUEST_TOO_LARGE")
    assert str(limit) in answer.body["message"]


def test_a_request_that_is_too_large_for_the_bridge_is_refused(gateway):
    answer = gateway.post(PUBLISH, message([1], "x" * (5 << 20)))
    assert (answer.status, answer.reason()) == (413, "REQUEST_TOO_LARGE")


def test_what_a_page_can_send_anywhere_is_refused(gateway):
    answer = gateway.post(PUBLISH, message([1], "hello"), content_type="text/plain")
    assert (answer.status, answer.body["code"]) == (415, 3)


def test_health_is_that_of_the_bridge(gateway, gateway_without_broker):
    assert gateway.get("/healthz").status == 200
    assert gateway_without_broker.get("/healthz").status == 503


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", ":0"])
def test_it_listens_elsewhere_only_if_told(address):
    program = os.environ["STAGE_HTTP_PROGRAM"]
    done = subprocess.run(
        [program, f"-listen={address}"], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert "other machines can reach" in done.stderr
