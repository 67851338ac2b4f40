"""What a lane publishes, and what calls that fail do to it."""

import psycopg
import pytest
from making import failed, status


def test_of_each_key_one_event_is_on_its_way(write, make_worker, bridge, rows):
    write("a1", "a2", "b1", "a3")
    worker = make_worker()

    assert worker.step() == 0
    assert bridge.calls == [["a1", "b1"], ["a2"], ["a3"]]
    assert set(rows("state")) == {"published"}
    assert worker.step() is None
    assert [kind for kind, _ in worker.meter.ages] == ["message"] * 4


def test_a_call_that_fails_says_nothing_of_its_events(write, make_worker, bridge, rows):
    write("a1", "b1", "c1", "d1")
    bridge.call_answers = [failed("UNAVAILABLE")] * 2
    worker = make_worker()

    assert worker.step() > 0
    assert worker.step() > 0
    assert set(rows("state, attempts")) == {("pending", 0)}
    assert list(map(len, bridge.calls)) == [4, 2]
    while worker.step() is not None:
        pass
    assert set(rows("state, attempts")) == {("published", 1)}


def test_what_a_failed_call_followed_is_written(write, make_worker, bridge, rows):
    write("a1", "a2", "a3")
    bridge.call_answers = [None, failed("UNAVAILABLE")]
    make_worker().step()

    assert rows("state") == ["published", "pending", "pending"]


@pytest.mark.parametrize("code", ["RESOURCE_EXHAUSTED", "INVALID_ARGUMENT"])
def test_the_event_that_makes_calls_fail_is_found(write, make_worker, bridge, rows, code):
    write(*(f"{key}1" for key in "abcdefgh"))
    answer = bridge._answer
    bridge._answer = lambda request: (
        failed(code)
        if any(one.message.options.idempotency_key == "e1" for one in request.events)
        else answer(request)
    )
    worker = make_worker()
    worker.step()
    assert rows("state").count("published") == 7
    while worker.repeat() is not None:
        pass

    assert rows("state") == ["published"] * 4 + ["failed"] + ["published"] * 3


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "PERMISSION_DENIED", "UNIMPLEMENTED"])
def test_no_event_is_at_fault_if_the_worker_may_not_call(write, make_worker, bridge, rows, code):
    write("a1", "b1")
    bridge.call_answers = [failed(code)] * 20
    worker = make_worker()
    for _ in range(10):
        worker.step()
        worker.repeat()

    assert set(rows("state")) == {"pending"}


def test_a_large_event_has_one_outcome(write, make_worker, bridge, rows):
    write("a1", to=range(1, 25_001))
    bridge.answers["a1/1"] = status("UNAVAILABLE", "BROKER_BUSY")
    worker = make_worker()
    worker.step()
    assert bridge.calls == [["a1/0", "a1/1", "a1/2"]]
    assert rows("state") == ["pending"]
    del bridge.answers["a1/1"]
    worker.repeat()

    assert bridge.calls[1:] == [["a1/1"]]
    assert rows("state") == ["published"]


def test_what_was_not_written_is_published_again_with_its_key(write, make_worker, bridge, rows):
    write("a1", "a2")
    worker = make_worker()
    publish = bridge.publish

    def lose_the_database(events):
        with psycopg.connect(worker.connection.info.dsn) as other:
            other.execute("SELECT pg_terminate_backend(%s)", (worker.connection.info.backend_pid,))
        return publish(events)

    object.__setattr__(worker.fresh._terms, "publish", lose_the_database)
    with pytest.raises(psycopg.OperationalError):
        worker.step()
    assert rows("state") == ["pending", "pending"]
    make_worker().step()

    assert [one for call in bridge.calls for one in call] == ["a1", "a2", "a1", "a2"]


def test_many_that_fail_together_slow_the_lane_down(write, make_worker, bridge):
    write(*(f"{key}1" for key in "abcdefghij"))
    for key in "abcdefghij":
        bridge.answers[f"{key}1"] = status("UNAVAILABLE", "BROKER_UNREACHABLE")

    assert make_worker().step() > 0


def test_no_call_is_made_when_the_worker_stops(write, make_worker, bridge, rows):
    write("a1", "a2")
    worker = make_worker()
    publish = bridge.publish

    def stop(events):
        worker.stopped.set()
        return publish(events)

    object.__setattr__(worker.fresh._terms, "publish", stop)
    worker.step()

    assert rows("state") == ["published", "pending"]
