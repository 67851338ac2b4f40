"""What a lane writes of events that fail."""

import pytest
from making import status

from dino.events.v1 import delivery_pb2


def test_a_failed_event_keeps_the_later_ones_of_its_key(write, make_worker, bridge, rows):
    write("a1", "a2", "b1", "b2")
    progress = delivery_pb2.PublishFailure(resume_token=b"t")
    bridge.answers["a1"] = status("UNAVAILABLE", "BROKER_BUSY", progress=progress)
    worker = make_worker()
    worker.step()

    assert bridge.calls == [["a1", "b1"], ["b2"]]
    assert rows("state") == ["pending", "pending", "published", "published"]
    assert worker.step() is None
    del bridge.answers["a1"]
    worker.repeat()
    assert bridge.calls[2:] == [["a1"], ["a2"]]
    assert bridge.tokens["a1"] == b"t"
    assert set(rows("state, error")) == {("published", None)}


def test_the_wait_grows_and_is_never_less_than_the_server_asks(write, make_worker, bridge, rows):
    write("a1", "b1")
    bridge.answers["a1"] = status("UNAVAILABLE", "BROKER_BUSY")
    bridge.answers["b1"] = status("UNAVAILABLE", "BROKER_BUSY", retry_after=100)
    worker = make_worker()
    worker.step()
    for _ in range(4):
        worker.repeat()

    left = rows("attempts, extract(epoch FROM next_attempt_at - clock_timestamp())::float8")
    assert [attempts for attempts, _ in left] == [5, 5]
    assert left[0][1] <= 0.1 * 2**4
    assert 90 < left[1][1] <= 100


@pytest.mark.parametrize(("state", "published"), [("failed", ["b1", "a2"]), ("blocked", ["b1"])])
def test_a_poison_row_is_set_aside(write, make_worker, bridge, rows, state, published):
    write("a1", "a2", "b1")
    bridge.answers["a1"] = status("INVALID_ARGUMENT", "INVALID_FIELD", fields=["message.group_id"])
    worker = make_worker(state)
    worker.step()

    assert bridge.calls == [["a1", "b1"], ["a2"]][: len(published)]
    expected = "INVALID_FIELD: told (message.group_id is wrong)"
    assert rows("state, error")[0] == (state, expected)
    assert worker.step() is None
    assert worker.repeat() is None


def test_a_person_can_put_a_row_back(write, make_worker, bridge, rows, database):
    write("a1", "a2")
    bridge.answers["a1"] = status("PERMISSION_DENIED", "BROKER_NOT_AUTHORIZED")
    worker = make_worker("blocked")
    repeat_until_set_aside(worker, rows)
    with database.connect() as connection:
        connection.execute("UPDATE dino_outbox SET state = 'pending', attempts = 0 WHERE id = 1")
    worker.step()
    assert rows("state") == ["pending", "pending"]  # It counts from one again.
    del bridge.answers["a1"]
    worker.repeat()

    assert rows("state") == ["published", "published"]


def test_a_row_that_is_no_event_is_set_aside(write, make_worker, bridge, rows, database):
    with database.connect() as connection:
        connection.execute(
            "INSERT INTO dino_outbox (ordering_key, idempotency_key, event) VALUES"
            " ('a', 'a1', '\\xff'), ('b', 'b1', '')"
        )
    write("a2")
    make_worker().step()

    assert bridge.calls == [["a2"]]
    assert rows("state") == ["failed", "failed", "published"]
    assert rows("error")[0] == "INVALID_FIELD: not a dino.events.v1.EventRequest"


def test_the_first_attempt_has_the_writers_token(write, make_worker, bridge, rows):
    write("a1", resume_token=b"writer")
    bridge.answers["a1"] = status("UNAVAILABLE", "BROKER_BUSY")
    worker = make_worker()
    worker.step()
    assert bridge.tokens["a1"] == b"writer"
    assert rows("resume_token") == [b"writer"]
    bridge.answers["a1"] = status("INVALID_ARGUMENT", "RESUME_TOKEN")
    worker.repeat()
    assert rows("state, resume_token") == [("pending", None)]
    del bridge.answers["a1"]
    worker.repeat()

    assert bridge.tokens["a1"] == b""
    assert rows("state") == ["published"]


def test_a_bad_token_of_the_writer_is_dropped_once(write, make_worker, bridge, rows):
    write("a1", resume_token=b"bad")
    bridge.answers["a1"] = status("INVALID_ARGUMENT", "RESUME_TOKEN")
    worker = make_worker()
    worker.step()
    assert rows("state, resume_token") == [("pending", None)]
    worker.repeat()

    assert bridge.tokens["a1"] == b""
    assert rows("state") == ["failed"]


def test_a_dry_run_is_set_aside(write, make_worker, bridge, rows):
    write("a1", validate_only=True)
    write("a2")
    make_worker().step()

    assert bridge.calls == [["a2"]]
    assert rows("state") == ["failed", "published"]
    expected = "INVALID_FIELD: options.validate_only must not be set: nothing would be published"
    assert rows("error")[0] == expected


def repeat_until_set_aside(worker, rows):
    worker.step()
    while rows("state")[0] == "pending":
        worker.repeat()


PASSING = [("RESOURCE_EXHAUSTED", ""), ("PERMISSION_DENIED", "BROKER_NOT_AUTHORIZED")]


@pytest.mark.parametrize(("code", "reason"), PASSING)
def test_a_refusal_that_may_pass_is_repeated_for_minutes(
    write, make_worker, bridge, rows, code, reason
):
    write("a1")
    bridge.answers["a1"] = status(code, reason)
    worker = make_worker()
    worker.step()
    left = rows("error, extract(epoch FROM next_attempt_at - clock_timestamp())::float8")
    assert left[0][0] == f"{reason or code}: told; refusal 1 of 8"
    assert 20 < left[0][1] <= 30
    repeat_until_set_aside(worker, rows)

    assert rows("attempts, state, error") == [(8, "failed", f"{reason or code}: told")]


@pytest.mark.parametrize(("code", "reason"), PASSING)
def test_only_refusals_of_one_reason_count(write, make_worker, bridge, rows, code, reason):
    write("a1")
    bridge.answers["a1"] = status("UNAVAILABLE", "BROKER_BUSY")
    worker = make_worker()
    worker.step()
    for _ in range(10):
        worker.repeat()
    bridge.answers["a1"] = status(code, reason)
    worker.repeat()

    assert rows("state") == ["pending"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("PERMISSION_DENIED", "CALLER_NOT_ALLOWED"),
        ("UNAUTHENTICATED", "UNKNOWN_CALLER"),
        ("PERMISSION_DENIED", ""),
    ],
)
def test_what_the_worker_may_not_publish_stays(write, make_worker, bridge, rows, code, reason):
    write("a1")
    bridge.answers["a1"] = status(code, reason)
    worker = make_worker()
    worker.step()
    for _ in range(20):
        worker.repeat()

    left = rows("state, extract(epoch FROM next_attempt_at - clock_timestamp())::float8")
    assert left[0][0] == "pending"
    assert 20 < left[0][1] <= 30


def test_resource_exhausted_with_a_time_is_repeated(write, make_worker, bridge, rows):
    write("a1")
    bridge.answers["a1"] = status("RESOURCE_EXHAUSTED", "CALLER_QUOTA", retry_after=1)
    worker = make_worker()
    worker.step()
    for _ in range(20):
        worker.repeat()

    assert rows("attempts, state") == [(21, "pending")]


def test_a_bad_token_is_dropped_once(write, make_worker, bridge, rows, database):
    write("a1")
    with database.connect() as connection:
        connection.execute("UPDATE dino_outbox SET resume_token = 'bad'")
    bridge.answers["a1"] = status("INVALID_ARGUMENT", "RESUME_TOKEN")
    worker = make_worker()
    worker.step()
    assert rows("state, resume_token") == [("pending", None)]
    worker.repeat()

    assert rows("state") == ["failed"]
