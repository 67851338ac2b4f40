"""The servers of the stage that tests/clients sets, and a subscriber of all users."""

import os
import pathlib
import queue
import threading

import paho.mqtt.client as mqtt
import pytest

PATIENCE = 20.0


class Subscriber:
    """Receives what the broker gets for users."""

    def __init__(self, port):
        self._received = queue.SimpleQueue()
        subscribed = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = lambda client, data, message: self._received.put(message)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("dms/#", 1)
        assert subscribed.wait(PATIENCE)

    def next(self):
        return self._received.get(timeout=PATIENCE)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def subscriber():
    subscriber = Subscriber(int(os.environ["STAGE_BROKER_PORT"]))
    yield subscriber
    subscriber.close()


@pytest.fixture
def address():
    return os.environ["STAGE_BRIDGE"]


@pytest.fixture
def certificates():
    return pathlib.Path(os.environ["STAGE_CERTIFICATES"])


@pytest.fixture
def golden():
    return pathlib.Path(os.environ["STAGE_GOLDEN"])
