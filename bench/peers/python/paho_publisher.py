"""Publishes events with paho-mqtt, and awaits every acknowledgement."""

import queue
import threading
from importlib.metadata import version

import paho.mqtt.client as mqtt

from measure import Span, parse_options, topics_of


class Events:
    """Which publications belong to which place in progress."""

    def __init__(self, options, span):
        self._span = span
        self._topics = options.topics
        self._left = [0] * options.in_progress
        self._places = {}
        # An acknowledgement may come before publish() has told us its ID.
        self._early = set()
        self._lock = threading.Lock()
        self.free = queue.SimpleQueue()
        for place in range(options.in_progress):
            self.free.put(place)

    def begin(self, place):
        self._left[place] = self._topics

    def published(self, mid, place):
        with self._lock:
            if mid not in self._early:
                self._places[mid] = place
                return
            self._early.remove(mid)
        self._acknowledged(place)

    def on_publish(self, _client, _userdata, mid, reason, _properties):
        if reason.is_failure:
            raise RuntimeError(f"the broker refused: {reason}")
        self._span.add()
        with self._lock:
            place = self._places.pop(mid, None)
            if place is None:
                self._early.add(mid)
                return
        self._acknowledged(place)

    def _acknowledged(self, place):
        with self._lock:
            self._left[place] -= 1
            done = self._left[place] == 0
        if done:
            self.free.put(place)


def run(options):
    span = Span(options)
    events = Events(options, span)
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id="paho-publisher", protocol=mqtt.MQTTv5
    )
    client.on_publish = events.on_publish
    client.connect("127.0.0.1", options.port)
    client.loop_start()
    topics = [topics_of(options, place) for place in range(options.in_progress)]
    while not span.ended:
        place = events.free.get(timeout=30)
        events.begin(place)
        for topic in topics[place]:
            events.published(client.publish(topic, options.payload, qos=1).mid, place)
    client.loop_stop()
    span.print("paho-mqtt", version("paho-mqtt"))


run(parse_options())
