"""Where the bridges of the stage are, and callers and subscribers for them."""

import os
import pathlib

import grpc
import pytest
from dino.events.v1.event_publisher_service_pb2_grpc import EventPublisherServiceStub

from subscriber import Subscriber


def channel_to(name):
    with grpc.insecure_channel(os.environ[name]) as channel:
        yield channel


@pytest.fixture
def channel():
    yield from channel_to("STAGE_BRIDGE")


@pytest.fixture
def events(channel):
    return EventPublisherServiceStub(channel)


@pytest.fixture
def small_window_caller():
    """A caller whose library keeps 64 KiB of unread answers, not more and more of them."""
    options = [("grpc.http2.bdp_probe", 0)]
    with grpc.insecure_channel(os.environ["STAGE_BRIDGE"], options=options) as channel:
        yield EventPublisherServiceStub(channel)


@pytest.fixture
def events_with_keys():
    for channel in channel_to("STAGE_BRIDGE_WITH_KEYS"):
        yield EventPublisherServiceStub(channel)


@pytest.fixture
def channel_without_broker():
    yield from channel_to("STAGE_BRIDGE_WITHOUT_BROKER")


@pytest.fixture
def subscriber():
    subscriber = Subscriber(os.environ["STAGE_BROKER_PORT"])
    yield subscriber
    subscriber.close()


@pytest.fixture
def golden():
    return pathlib.Path(os.environ["STAGE_GOLDEN"])
