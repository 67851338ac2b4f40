"""A group larger than the server takes, while the server is killed."""

import os
import signal
import threading

import pytest
from ledger import Subscriber
from loads import GROUP
from programs import Stage

from dino_events import Observer, Publisher

MEMBERS = 25_000


class AfterTheFirst(Observer):
    """Is set once a part was delivered."""

    def __init__(self):
        self.delivered = threading.Event()

    def attempt_ended(self, attempt):
        if attempt.code == "OK":
            self.delivered.set()


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_large_group_has_one_outcome(replicas, tmp_path):
    stage = Stage(tmp_path, os.environ["DINO_BRIDGE"], {}, replicas)
    subscriber = Subscriber(stage.broker_port)
    observer = AfterTheFirst()

    def kill():
        observer.delivered.wait()
        for bridge in stage.bridges:
            bridge.end(signal.SIGKILL)
            bridge.start()

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        with Publisher(stage.address, observer=observer, timeout=60) as publisher:
            delivery = publisher.message(
                group_id=GROUP, sender_id=7, text="large:0", to=range(1, MEMBERS + 1), key="large"
            )
        killing.join()
        subscriber.wait_for({user: {"large:0"} for user in range(1, MEMBERS + 1)})
        copies = [len(subscriber.received(user)) for user in range(1, MEMBERS + 1)]
    finally:
        subscriber.close()
        stage.end()
    print(f"\n25,000 recipients, killed | {replicas} | copies {sum(copies) - MEMBERS}")

    assert (delivery.recipient_count, delivery.acknowledged_count) == (MEMBERS, MEMBERS)
    assert len(delivery.event_ids) == 3
    assert min(copies) == 1
    assert max(copies) <= 2
