"""Publishes events with gmqtt, one topic after the other, and awaits every acknowledgement."""

import asyncio
from importlib.metadata import version

import uvloop
from gmqtt import Client
from gmqtt.storage import PersistentStorage

from measure import Span, parse_options, topics_of


class Event:
    """One event's publications that are not acknowledged yet."""

    def __init__(self, count):
        self._count = count
        self.done = asyncio.get_running_loop().create_future()

    def acknowledged(self):
        self._count -= 1
        if self._count == 0:
            self.done.set_result(None)


class AcknowledgedStorage(PersistentStorage):
    """Tells events of their acknowledgements: gmqtt's own way lets one await all events only."""

    def __init__(self, span):
        super().__init__()
        self._span = span
        self._events = {}
        self.current = None

    def push_message(self, mid, raw_package):
        super().push_message(mid, raw_package)
        self._events[mid] = self.current

    def remove_message_by_mid(self, mid):
        super().remove_message_by_mid(mid)
        event = self._events.pop(mid, None)
        if event is not None:
            self._span.add()
            event.acknowledged()


async def publish_events(client, storage, topics, payload, span):
    while not span.ended:
        event = Event(len(topics))
        storage.current = event
        for topic in topics:
            client.publish(topic, payload, qos=1)
        await event.done


async def run(options):
    span = Span(options)
    storage = AcknowledgedStorage(span)
    client = Client("gmqtt-publisher", persistent_storage=storage)
    await client.connect("127.0.0.1", options.port)
    places = range(options.in_progress)
    await asyncio.gather(
        *(publish_events(client, storage, topics_of(options, place), options.payload, span)
          for place in places)
    )
    await client.disconnect()
    span.print("gmqtt", version("gmqtt"))


uvloop.run(run(parse_options()))
