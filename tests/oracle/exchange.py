"""Makes a call and collects everything that came of it: the answer, and what the broker got."""

import itertools
import queue
import socket
from typing import NamedTuple, Optional

import grpc
import paho.mqtt.client as mqtt
from dino.events.v1 import event_publisher_service_pb2 as api
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from programs import PATIENCE
from wire import serialize

SERVICE = "/dino.events.v1.EventPublisherService/"


class Received(NamedTuple):
    """A publication, as a subscriber gets it."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: object


class Outcome(NamedTuple):
    """What came of a call. A violation is a field and what the bridge says of it."""

    code: str
    reason: str
    message: str
    violations: list
    delivery: Optional[object]
    received: list
    trailers: int = 0  # Bytes.


def send_at_once(client, data, connection):
    """Otherwise a PUBLISH would wait some 40 ms for the broker's TCP."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Subscriber:
    """Gets all that the broker gets for users."""

    def __init__(self, port):
        self._received = queue.Queue()
        self._fences = map("dms/fence/{}".format, itertools.count())
        subscribed = queue.Queue()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = lambda client, data, message: self._received.put(message)
        self._client.on_subscribe = lambda *_: subscribed.put(True)
        self._client.on_socket_open = send_at_once
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("dms/#", 1)
        subscribed.get(timeout=PATIENCE)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def take(self, count):
        """What the broker has got by now, and at least `count` publications, if so many come.

        The broker keeps the order of what it gets. So a publication of our own, made now, comes
        after all those that it acknowledged to the bridge.
        """
        taken = []
        try:
            while len(taken) < count:
                taken.append(self._next())
        except queue.Empty:
            pass
        fence = next(self._fences)
        self._client.publish(fence, qos=1)
        while (message := self._next()).topic != fence:
            taken.append(message)
        return [
            Received(one.topic, one.payload, one.qos, one.retain, one.properties) for one in taken
        ]

    def _next(self):
        return self._received.get(timeout=PATIENCE)


class Caller:
    def __init__(self, address, subscriber):
        # gRPC's C library would ask a proxy for loopback addresses too.
        self._channel = grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)])
        self._subscriber = subscriber
        self._methods = {}
        self._batch = self._channel.unary_unary(
            SERVICE + "PublishBatch",
            request_serializer=api.PublishBatchRequest.SerializeToString,
            response_deserializer=api.PublishBatchResponse.FromString,
        )

    def close(self):
        self._channel.close()

    def call(self, rpc, request, expected):
        """`expected` is how many publications there should be if the call succeeds."""
        response_type = getattr(api, rpc + "Response")
        if rpc not in self._methods:
            self._methods[rpc] = self._channel.unary_unary(SERVICE + rpc)
        try:
            answer = self._methods[rpc](serialize(request), timeout=PATIENCE)
            delivery = response_type.FromString(answer).delivery
            return Outcome("OK", "", "", [], delivery, self._subscriber.take(expected))
        except grpc.RpcError as error:
            return refusal(error, self._subscriber.take(0))


    def publish(self, calls):
        """Makes valid calls at once; the payloads that the subscriber gets."""
        request = api.PublishBatchRequest()
        kinds = {field.message_type.name: field.name for field in api.EventRequest.DESCRIPTOR.fields}
        for call in calls:
            getattr(request.events.add(), kinds[call.rpc + "Request"]).CopyFrom(call.request)
        results = self._batch(request, timeout=PATIENCE).results
        failed = [result.error for result in results if not result.HasField("delivery")]
        assert not failed, failed
        expected = sum(result.delivery.recipient_count for result in results)
        received = self._subscriber.take(expected)
        assert len(received) == expected
        return [one.payload for one in received]


def refusal(error, received):
    reason = error_details_pb2.ErrorInfo()
    bad_request = error_details_pb2.BadRequest()
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        detail.Unpack(reason) or detail.Unpack(bad_request)
    violations = [(one.field, one.description) for one in bad_request.field_violations]
    return Outcome(
        error.code().name,
        reason.reason,
        error.details(),
        violations,
        None,
        received,
        size_of_trailers(error),
    )


def size_of_trailers(error):
    """As they are sent: what is binary takes a third more."""
    entries = [("grpc-message", error.details()), *error.trailing_metadata()]
    return sum(
        len(key) + (len(value) * 4 // 3 if key.endswith("-bin") else len(value.encode()))
        for key, value in entries
    )
