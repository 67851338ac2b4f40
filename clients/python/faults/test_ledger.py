"""The ledger finds what it must."""

import pytest
from ledger import Ledger

from dino.events.v1 import delivery_pb2
from dino_events.errors import Progress, to_error
from dino_events.failure import Failure


class Received:
    """A subscriber that has received these texts."""

    def __init__(self, **texts):
        self._texts = texts

    def received(self, user):
        return self._texts.get(f"user{user}", [])


def ledger(error=None, took=0.1):
    made = Ledger(30.0)
    made.note("a:0", [1, 2], error, took)
    made.note("a:1", [1], None, took)
    return made


def counts(made, subscriber, lost_connections=0):
    judged = made.judge(subscriber, lost_connections)
    found = {name: judged[name] for name in ("lost", "swapped", "late", "copies_of_acknowledged")}
    return {name: count for name, count in found.items() if count}


def unavailable(*, retryable=True):
    return to_error(Failure("UNAVAILABLE", "told"), Progress(), retryable=retryable)


def test_nothing_is_wrong_if_all_came_in_order():
    assert counts(ledger(), Received(user1=["a:0", "a:1"], user2=["a:0"])) == {}


def test_what_did_not_come_is_lost():
    assert counts(ledger(), Received(user1=["a:0", "a:1"])) == {"lost": 1}


def test_first_copies_must_be_in_order():
    assert counts(ledger(), Received(user1=["a:1", "a:0"], user2=["a:0"])) == {"swapped": 1}
    assert counts(ledger(), Received(user1=["a:0", "a:1", "a:0"], user2=["a:0"])) == {}


def test_calls_end_in_time():
    received = Received(user1=["a:0", "a:1"], user2=["a:0"])
    assert counts(ledger(took=33.0), received) == {"late": 2}


@pytest.mark.parametrize(
    "took, retryable, lost", [(1.0, True, 1), (29.0, True, 0), (29.0, False, 1)]
)
def test_giving_up_early_is_a_loss(took, retryable, lost):
    made = ledger(unavailable(retryable=retryable), took)

    assert counts(made, Received(user1=["a:1"])).get("lost", 0) == lost


def test_who_was_acknowledged_gets_no_other_copy():
    made = ledger()
    failed = delivery_pb2.RecipientResult(user_id=2)
    progress = delivery_pb2.PublishFailure(
        recipient_count=2, acknowledged_count=1, failed_recipients=[failed]
    )
    made.observer.event_failed("a:0", Failure("UNAVAILABLE", "told", progress=progress))
    received = Received(user1=["a:0", "a:0", "a:1"], user2=["a:0", "a:0"])

    assert counts(made, received) == {"copies_of_acknowledged": 1}
    assert counts(made, received, lost_connections=1) == {}
