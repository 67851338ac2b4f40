"""usage: python subscriber.py HOST PORT USER-ID"""

import json
import signal
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties


class Seen:
    """The IDs of the last events, to drop the copies that at-least-once delivery may bring."""

    def __init__(self, capacity=10_000):
        self._ids = {}
        self._capacity = capacity

    def is_new(self, event_id):
        """Whether an event comes for the first time. Remembers it; one without an ID is always new."""
        if event_id is None:
            return True
        if event_id in self._ids:
            return False
        self._ids[event_id] = None
        if len(self._ids) > self._capacity:
            del self._ids[next(iter(self._ids))]
        return True


def on_connect(client, user, flags, reason_code, properties):
    if reason_code.is_failure:
        print(reason_code, file=sys.stderr)
        return
    if not flags.session_present:
        print("a new session: events may have been missed", file=sys.stderr)
    client.subscribe(f"dms/dev/{user}", qos=1)


def on_subscribe(client, user, message_id, reason_codes, properties):
    print("subscribed:", *reason_codes, file=sys.stderr)


def on_message(client, user, message):
    properties = dict(getattr(message.properties, "UserProperty", ()))
    if not seen.is_new(properties.get("event_id")):
        return
    event = json.loads(message.payload)
    if event["event_type"] == "message":  # An app ignores what it does not know.
        print(f"{event['sender_id']}: {event['message_payload']}", flush=True)


host, port, user = sys.argv[1:]
seen = Seen()
# The same client ID at each start: it names the session, which goes on where it ended,
client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2, f"user-{user}-python", userdata=user, protocol=mqtt.MQTTv5
)
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
session = Properties(PacketTypes.CONNECT)
session.SessionExpiryInterval = 86_400  # if the device is back within a day.
client.connect_async(host, int(port), clean_start=False, properties=session)
signal.signal(signal.SIGTERM, lambda *_: client.disconnect())
client.loop_forever(retry_first_connection=True)
