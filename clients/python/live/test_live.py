"""The package with real servers and a real broker."""

import asyncio
import json
import os
import subprocess
import sys
import time

import paho.mqtt.client as mqtt
import pytest
from google.protobuf import json_format

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events import (
    AsyncPublisher,
    CallerNotAllowedError,
    Event,
    InvalidFieldError,
    Publisher,
    Tls,
    UnknownCallerError,
    UnreachableError,
    events,
)
from dino_events.subscriber import Deduplicator

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"


def publish(publisher, text="Lunch?", to=(1,), **options):
    return publisher.message(group_id=GROUP, sender_id=7, text=text, to=to, **options)


def test_every_golden_event_arrives_as_it_must(address, golden, subscriber):
    with Publisher(address) as publisher:
        for file in sorted(golden.glob("*.request.json")):
            kind = json.loads(golden.joinpath(file.name.replace(".request", ".event")).read_text())
            fields = {one.name: one.message_type.name for one in api.EventRequest.DESCRIPTOR.fields}
            name = fields.get(kind["event_type"], "PublishCustomRequest")
            request = json_format.Parse(file.read_text(), getattr(api, name)())
            delivery = publisher.publish(Event.of(request))
            expected = golden.joinpath(file.name.replace(".request", ".event")).read_bytes()
            for _ in range(delivery.recipient_count):
                assert subscriber.next().payload == expected


def test_batch_stream_and_large_groups(address, subscriber):
    made = [events.message(group_id=GROUP, sender_id=7, text=str(n), to=[1, 2]) for n in range(20)]
    with Publisher(address, max_recipients=7) as publisher:
        publisher.publish_batch(made)
        with publisher.stream() as stream:
            pending = [stream.publish(event) for event in made]
        assert all(one.result().acknowledged_count == 2 for one in pending)
        assert publish(publisher, "large", range(1, 21)).acknowledged_count == 20
    texts = {1: [], 2: []}
    for _ in range(4 * len(made)):
        message = subscriber.next()
        user = int(message.topic.rpartition("/")[2])
        texts[user].append(json.loads(message.payload)["message_payload"])
    assert texts[1] == texts[2] == [str(n) for n in range(20)] * 2
    assert {subscriber.next().topic for _ in range(20)} == {f"dms/dev/{n}" for n in range(1, 21)}


def test_the_async_publisher(address):
    async def run():
        async with AsyncPublisher(address) as publisher:
            await asyncio.gather(*(publish(publisher, str(n), [n + 1]) for n in range(50)))
            with pytest.raises(InvalidFieldError):
                await publish(publisher, to=[])
            made = [
                events.message(group_id=GROUP, sender_id=7, text="a", to=[n % 5 + 1])
                for n in range(100)
            ]
            assert len(await publisher.publish_batch(made)) == 100
            ended = [one async for _, one in publisher.publish_all(made)]
            assert all(one.error is None for one in ended)
            info = await publisher.server_info()
            return len(ended), info.limits.max_recipients

    assert asyncio.run(run()) == (100, 10_000)


def test_a_new_key_is_taken_within_two_seconds(tmp_path):
    file = tmp_path / "api.key"
    file.write_text("nobodys-key\n")
    with Publisher(os.environ["STAGE_BRIDGE_WITH_KEYS"], api_key_file=file) as publisher:
        with pytest.raises(UnknownCallerError):
            publish(publisher)
        (tmp_path / "new").write_text(os.environ["STAGE_KEY"] + "\n")
        (tmp_path / "new").rename(file)
        began = time.monotonic()
        publish(publisher)

    assert time.monotonic() - began < 10  # Most of it the machine's.


def test_what_a_caller_may_not_do():
    key = os.environ["STAGE_READ_KEY"]
    with Publisher(os.environ["STAGE_BRIDGE_WITH_KEYS"], api_key=key) as publisher:
        publisher.read(group_id=GROUP, user_id=7, to=[1])
        with pytest.raises(CallerNotAllowedError) as error:
            publish(publisher)

    assert not error.value.retryable


def test_certificates(certificates):
    address = os.environ["STAGE_BRIDGE_WITH_TLS"]
    ca = certificates / "ca.pem"

    def tls(name):
        return Tls(ca, certificates / f"{name}.pem", certificates / f"{name}.key")

    with Publisher(address, tls=tls("caller")) as publisher:
        publish(publisher)
    for refused in (tls("stranger"), Tls(ca), True, None):
        with Publisher(address, tls=refused, timeout=0.5) as publisher:
            with pytest.raises(UnreachableError):
                publish(publisher)


def test_without_a_server_a_call_ends_in_time():
    began = time.monotonic()
    with Publisher("127.0.0.1:1", timeout=0.5) as publisher:
        with pytest.raises(UnreachableError) as error:
            publish(publisher)

    assert error.value.retryable
    assert error.value.attempts > 1
    assert time.monotonic() - began < 10


def test_the_span_goes_with_the_event(address, subscriber):
    trace = pytest.importorskip("opentelemetry.trace")
    context = trace.SpanContext(
        trace_id=0x0AF7651916CD43DD8448EB211C80319C,
        span_id=0xB7AD6B7169203331,
        is_remote=False,
        trace_flags=trace.TraceFlags(1),
    )
    with Publisher(address) as publisher, trace.use_span(trace.NonRecordingSpan(context)):
        publish(publisher)

    properties = dict(subscriber.next().properties.UserProperty)
    assert properties["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


FORKING = """
import os, sys
from dino_events import Publisher
publisher = Publisher(sys.argv[1])
def publish():
    made = publisher.message(group_id=sys.argv[2], sender_id=7, text="a", to=[1])
    return made.acknowledged_count == 1
children = []
for _ in range(2):
    child = os.fork()
    if child == 0:
        os._exit(0 if publish() else 1)
    children.append(child)
assert publish()
assert all(os.waitpid(child, 0)[1] == 0 for child in children)
"""


def test_a_publisher_is_used_after_a_fork(address):
    subprocess.run([sys.executable, "-c", FORKING, address, GROUP], check=True, timeout=60)


@pytest.mark.parametrize("protocol", [mqtt.MQTTv5, mqtt.MQTTv311])
def test_a_subscriber_drops_copies(address, make_subscriber, protocol):
    subscriber = make_subscriber(protocol)
    seen = Deduplicator()
    with Publisher(address) as publisher:
        delivery = publish(publisher, "first")
        message = subscriber.next()
        publish(publisher, "second")

    assert [seen.is_new_message(one) for one in (message, message)] == [True, False]
    assert seen.is_new_message(subscriber.next())
    if protocol == mqtt.MQTTv5:
        assert not seen.is_new(message.topic, b"", delivery.event_id)
