"""Who received what, and what that says of the answers."""

import collections
import itertools
import json
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from dino_events import Observer

PATIENCE = 20.0


class Subscriber:
    """Receives what the broker has for all users, also across its restarts."""

    def __init__(self, port):
        self._lock = threading.Lock()
        self._received = collections.defaultdict(list)
        self._last_came = 0.0
        subscribed = threading.Event()
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id="ledger", protocol=mqtt.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe("dms/#", 1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.reconnect_delay_set(1, 1)
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 3600
        self._client.connect("127.0.0.1", port, clean_start=False, properties=properties)
        self._client.loop_start()
        assert subscribed.wait(PATIENCE)

    def _on_message(self, client, data, message):
        user = int(message.topic.rpartition("/")[2])
        text = json.loads(message.payload)["message_payload"]
        with self._lock:
            self._last_came = time.monotonic()
            # The broker sends again what our connection lost, or may have lost.
            if not (message.dup and text in self._received[user]):
                self._received[user].append(text)

    def received(self, user):
        with self._lock:
            return list(self._received[user])

    def wait_for(self, expected):
        """Waits until each user has received all texts expected of them, while any come."""
        began = time.monotonic()
        for user, texts in expected.items():
            while texts - set(self.received(user)):
                if time.monotonic() - max(began, self._last_came) > PATIENCE:
                    return
                time.sleep(0.05)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


class Acknowledged(Observer):
    """Whom failed answers named as acknowledged, by the event's key, and in which attempt."""

    def __init__(self):
        self.first = {}
        self.failures = collections.Counter()
        self.by_reason = collections.Counter()

    def event_failed(self, key, failure):
        self.failures[key] += 1
        self.by_reason[failure.reason or failure.code] += 1
        progress = failure.progress
        if progress is None or progress.recipient_count > 32:
            return
        failed = {one.user_id for one in progress.failed_recipients}
        if len(failed) + progress.acknowledged_count == progress.recipient_count:
            self.first.setdefault(key, (self.failures[key], failed))


class Ledger:
    """The events of one load: keys are `lane:number`, in the order of each lane."""

    def __init__(self, timeout):
        self._timeout = timeout
        self.observer = Acknowledged()
        self.events = {}

    def note(self, text, users, error, took):
        self.events[text] = (users, error, took)

    def expected(self):
        """What each user must receive."""
        expected = collections.defaultdict(set)
        for text, (users, error, _) in self.events.items():
            if error is None:
                for user in users:
                    expected[user].add(text)
        return expected

    def judge(self, subscriber, lost_connections):
        """The counts that must be 0, and others."""
        counts = collections.Counter(lost=0, swapped=0, copies_of_acknowledged=0, late=0, gave_up=0)
        counts["events"] = len(self.events)
        counts["repeated"] = len(self.observer.failures)
        for text, (users, error, took) in self.events.items():
            counts["late"] += took > self._timeout + 2
            if error is not None:
                counts["gave_up"] += 1
                early = took < self._timeout * 0.9 and not error.retry_after
                counts["lost"] += early or not error.retryable
            for user in users:
                copies = subscriber.received(user).count(text)
                counts["lost"] += error is None and copies == 0
                counts["copies"] += max(copies - 1, 0)
                attempt, failed = self.observer.first.get(text, (0, users))
                most = attempt + lost_connections
                counts["copies_of_acknowledged"] += user not in failed and copies > most
        for user in {user for users, _, _ in self.events.values() for user in users}:
            firsts = list(dict.fromkeys(subscriber.received(user)))
            numbers = [int(one.partition(":")[2]) for one in firsts]
            counts["swapped"] += sum(b < a for a, b in itertools.pairwise(numbers))
        return counts
