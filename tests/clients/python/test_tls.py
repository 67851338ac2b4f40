"""TLS, and a certificate in the place of a key."""

import os
import pathlib

import grpc
import pytest
from dino.events.v1.event_publisher_service_pb2_grpc import EventPublisherServiceStub

from calls import PATIENCE, message_request

DIRECTORY = pathlib.Path(os.environ["STAGE_CERTIFICATES"])


def read(file):
    return (DIRECTORY / file).read_bytes()


def publish(authority, name):
    """Publishes on a connection that trusts an authority and shows the certificate of a name."""
    shown = (read(f"{name}.key"), read(f"{name}.pem")) if name else ()
    credentials = grpc.ssl_channel_credentials(read(f"{authority}.pem"), *shown)
    with grpc.secure_channel(os.environ["STAGE_BRIDGE_WITH_TLS"], credentials) as channel:
        events = EventPublisherServiceStub(channel)
        return events.PublishMessage(message_request([1], "by TLS"), timeout=PATIENCE)


def test_a_certificate_with_a_known_name_opens():
    assert publish("ca", "caller").delivery.acknowledged_count == 1


@pytest.mark.parametrize(
    "authority, name",
    [("ca", None), ("ca", "stranger"), ("other-ca", "caller")],
    ids=["no certificate", "one of another authority", "a bridge that is not trusted"],
)
def test_nothing_else_opens(authority, name):
    with pytest.raises(grpc.RpcError) as failure:
        publish(authority, name)
    assert failure.value.code() == grpc.StatusCode.UNAVAILABLE


def test_a_certificate_without_a_known_name_needs_a_key():
    with pytest.raises(grpc.RpcError) as failure:
        publish("ca", "bridge")
    assert failure.value.code() == grpc.StatusCode.UNAUTHENTICATED
