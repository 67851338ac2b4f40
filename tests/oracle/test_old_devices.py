"""A device with MQTT 3.1.1 receives no properties, and recognises a copy by the payload."""

import importlib.util
import pathlib
import queue

import paho.mqtt.client as mqtt
import pytest
from dino.events.v1 import event_publisher_service_pb2 as api
from google.protobuf.json_format import Parse

from exchange import send_at_once
from programs import PATIENCE
from test_oracles import RPC_OF

ROOT = pathlib.Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "support" / "golden"


def deduplicator():
    """The one of the Python package, without the rest of it."""
    path = ROOT / "clients" / "python" / "src" / "dino_events" / "subscriber.py"
    spec = importlib.util.spec_from_file_location("subscriber", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Deduplicator()


@pytest.fixture
def messages(broker_port):
    """What an old device receives."""
    received, subscribed = queue.Queue(), queue.Queue()
    device = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    device.on_message = lambda client, data, message: received.put(message)
    device.on_subscribe = lambda *_: subscribed.put(True)
    device.on_socket_open = send_at_once
    device.connect("127.0.0.1", broker_port)
    device.loop_start()
    device.subscribe("dms/dev/1234", 1)
    subscribed.get(timeout=PATIENCE)
    yield received
    device.disconnect()
    device.loop_stop()


def request_of(kind):
    request = getattr(api, RPC_OF[kind] + "Request")()
    Parse((GOLDEN / f"{kind}.request.json").read_text(), request)
    request.user_ids[:] = [1234]
    return request


@pytest.mark.parametrize("kind", RPC_OF)
def test_a_copy_is_recognised(callers, messages, kind):
    request = request_of(kind)
    # Neither bridge knows what the other one has published with that key.
    request.options.idempotency_key = f"old-{kind}"
    ids = {callers[name].call(RPC_OF[kind], request, 1).delivery.event_id for name in callers}
    assert len(ids) == 1
    received = [messages.get(timeout=PATIENCE) for _ in callers]
    assert not any(hasattr(one, "properties") and one.properties for one in received)
    device = deduplicator()
    assert [device.is_new_message(one) for one in received] == [True, False]


def test_events_that_differ_in_one_key_are_new(callers, messages):
    """What the package looks at is what docs/events.md names."""
    device = deduplicator()
    request = request_of("read")
    for user in (1, 2):
        request.read.user_id = user
        callers["small"].call("PublishRead", request, 1)
        assert device.is_new_message(messages.get(timeout=PATIENCE))
