"""A group larger than the server takes, while the server is killed."""

import os
import signal
import threading

import go_loads
import pytest
from ledger import Subscriber
from loads import GROUP
from programs import Stage

from dino_events import Observer, Publisher

MEMBERS = 25_000


class AfterTheFirst(Observer):
    """Sets an event once a part was delivered."""

    def __init__(self, delivered):
        self.delivered = delivered

    def attempt_ended(self, attempt):
        if attempt.code == "OK":
            self.delivered.set()


def publish_in_python(stage, members, delivered):
    """Returns how many recipients it had, how many were acknowledged, and in how many parts."""
    with Publisher(stage.address, observer=AfterTheFirst(delivered), timeout=60) as publisher:
        delivery = publisher.message(
            group_id=GROUP, sender_id=7, text="large:0", to=range(1, members + 1), key="large"
        )
    return delivery.recipient_count, delivery.acknowledged_count, len(delivery.event_ids)


PACKAGES = {"python": publish_in_python, "go": go_loads.publish_to_many}


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("package", PACKAGES)
def test_a_large_group_has_one_outcome(package, replicas, tmp_path):
    stage = Stage(tmp_path, os.environ["DINO_BRIDGE"], {}, replicas)
    subscriber = Subscriber(stage.broker_port)
    delivered = threading.Event()
    is_over = threading.Event()

    def kill():
        delivered.wait()
        for bridge in stage.bridges:
            bridge.end(signal.SIGKILL)
            bridge.start()
        is_over.wait()  # What a thread has started ends with it.

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        outcome = PACKAGES[package](stage, MEMBERS, delivered)
        subscriber.wait_for({user: {"large:0"} for user in range(1, MEMBERS + 1)})
        copies = [len(subscriber.received(user)) for user in range(1, MEMBERS + 1)]
    finally:
        is_over.set()
        delivered.set()
        killing.join()
        subscriber.close()
        stage.end()
    print(f"\n{package}: 25,000 recipients, killed | {replicas} | copies {sum(copies) - MEMBERS}")

    assert outcome == (MEMBERS, MEMBERS, 3)
    assert min(copies) == 1
    assert max(copies) <= 2
