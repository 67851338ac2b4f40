"""Who may publish what: the locks and the order of the table."""

import pytest
from making import message

from dino_events.outbox import _service, _store, enqueue
from dino_events.outbox._store import Failed, Store


@pytest.fixture
def connect(database):
    """Opens connections that a test may leave in a transaction."""
    made = []

    def open_one():
        made.append(database.connect())
        return made[-1]

    yield open_one
    for connection in made:
        connection.close()


@pytest.fixture
def write(connect):
    """Commits events with these texts; `a1` is one of the ordering key `a`."""

    def commit(*texts):
        with connect() as connection:
            for text in texts:
                enqueue(connection, message(key=text), ordering_key=text[0])

    return commit


def keys(lines):
    return [[row.idempotency_key for row in line] for line in lines]


def fail(store, row, *, state="pending", wait=0.0, token=b"t"):
    failed = Failed(row.id, state, "BROKER_BUSY: told", token, wait)
    store.finish([], [failed], keep=True)
    store._connection.commit()


def test_lines_are_in_order(write, connect):
    write("b1", "a1", "a2", "b2")

    assert keys(Store(connect()).claim_fresh("", 10)) == [["a1", "a2"], ["b1", "b2"]]


def test_a_claim_takes_few_rows_of_many_keys(write, connect):
    write(*(f"{key}{number}" for key in "abcdef" for number in range(9)))

    assert keys(Store(connect()).claim_fresh("b", 3)) == [["c0"], ["d0"], ["e0"]]


@pytest.mark.parametrize(
    ("sizes", "taken"),
    [
        ({"b1": 3, "a1": 3, "c1": 3}, [["a1"], ["b1"]]),
        ({"a1": 3, "a2": 3, "b1": 3}, [["a1"], ["b1"]]),
        ({"a1": 3, "a2": 3, "a3": 3, "a4": 3}, [["a1", "a2"]]),
        ({"a1": 9, "b1": 1}, [["a1"]]),
    ],
)
def test_a_claim_takes_few_large_events(connect, sizes, taken):
    with connect() as connection:
        for key, size in sizes.items():
            event = message(text="x" * (size << 20), key=key)
            enqueue(connection, event, ordering_key=key[0])

    assert sorted(keys(Store(connect()).claim_fresh("", 100))) == taken


def test_what_a_claim_of_large_events_left_follows(write, connect, monkeypatch):
    monkeypatch.setattr(_store, "_MOST_BYTES", 1)
    write("b1", "a1", "a2")
    store = Store(connect())
    taken = []
    while lines := store.claim_fresh("", 100):
        taken += keys(lines)
        store.finish([row.id for line in lines for row in line], [], keep=False)

    assert taken == [["a1"], ["a2"], ["b1"]]


def test_a_key_belongs_to_one_worker(write, connect):
    write("a1", "a2", "b1")
    first, second = connect(), connect()
    Store(first).claim_fresh("", 1)

    assert keys(Store(second).claim_fresh("", 10)) == [["b1"]]
    first.close()  # As if it was killed.
    second.rollback()
    assert keys(Store(second).claim_fresh("", 10)) == [["a1", "a2"], ["b1"]]


def test_the_next_event_waits_for_the_one_that_another_worker_has(write, connect):
    write("a1")
    Store(connect()).claim_fresh("", 10)
    write("a2")

    assert Store(connect()).claim_fresh("", 10) == []


def test_a_row_that_was_committed_late_does_not_let_another_worker_pass(write, connect):
    late = connect()
    enqueue(late, message(key="a0"), ordering_key="a")
    write("a1")
    first = connect()
    assert keys(Store(first).claim_fresh("", 10)) == [["a1"]]
    late.commit()
    write("a2")
    second = connect()

    # a0 and a1 ran side by side, so that their order is free; a2 came after both.
    assert keys(Store(second).claim_fresh("", 10)) == [["a0"]]
    second.rollback()
    Store(first).finish([2], [], keep=True)
    first.commit()
    assert keys(Store(second).claim_fresh("", 10)) == [["a0", "a2"]]


def test_published_rows_are_kept_or_deleted(write, connect, rows):
    write("a1", "a2")
    connection = connect()
    store = Store(connection)
    store.finish([1], [], keep=True)
    store.finish([2], [], keep=False)
    connection.commit()

    assert rows("idempotency_key, state, finished_at IS NULL") == [("a1", "published", False)]
    assert store.remove(3600) == 0
    assert store.remove(0) == 1


def test_a_failed_event_keeps_its_key_until_it_is_due(write, connect, rows):
    write("a1", "a2", "b1")
    store = Store(connect())
    [[first, _], _] = store.claim_fresh("", 10)
    fail(store, first, wait=3600)

    assert keys(store.claim_fresh("", 10)) == [["b1"]]
    assert store.claim_repeated(10) == []
    assert rows("attempts, error, resume_token")[0] == (1, "BROKER_BUSY: told", b"t")


def test_a_due_event_is_repeated_with_its_key_and_token(write, connect):
    write("a1", "a2")
    store = Store(connect())
    [[first, _]] = store.claim_fresh("", 10)
    fail(store, first)

    assert store.claim_fresh("", 10) == []
    [[again, following]] = store.claim_repeated(10)
    assert (again.idempotency_key, again.resume_token, again.attempts) == ("a1", b"t", 1)
    assert (following.idempotency_key, following.attempts) == ("a2", 0)


def test_a_due_event_belongs_to_one_worker(write, connect):
    write("a1")
    store = Store(connect())
    [[first]] = store.claim_fresh("", 10)
    fail(store, first)
    assert len(store.claim_repeated(10)) == 1

    assert Store(connect()).claim_repeated(10) == []


def test_a_blocked_event_holds_its_key_and_a_failed_one_does_not(write, connect):
    write("a1", "a2", "b1", "b2")
    store = Store(connect())
    [[a1, _], [b1, _]] = store.claim_fresh("", 10)
    fail(store, a1, state="blocked")
    fail(store, b1, state="failed")

    assert keys(store.claim_fresh("", 10)) == [["b2"]]
    assert store.claim_repeated(10) == []
    assert store.backlog().set_aside == 2
    assert store.backlog().pending == 3


def test_a_blocked_event_in_the_middle_ends_the_line(write, connect):
    late = connect()
    enqueue(late, message(key="a0"), ordering_key="a")
    write("a1", "a2")
    store = Store(connect())
    [[a1, _]] = store.claim_fresh("", 10)
    fail(store, a1, state="blocked")
    late.commit()

    assert keys(store.claim_fresh("", 10)) == [["a0"]]


def test_nul_in_an_error_is_replaced(write, connect, rows):
    write("a1")
    store = Store(connect())
    store.finish([], [Failed(1, "failed", "a\0b", b"", 0)], keep=True)
    store._connection.commit()

    assert rows("error") == ["a\ufffdb"]


def test_the_age_is_that_of_the_row(write, connect, database):
    write("a1")
    with database.connect() as connection:
        connection.execute("UPDATE dino_outbox SET created_at = created_at - interval '1 hour'")
    store = Store(connect())

    assert 3600 <= store.claim_fresh("", 10)[0][0].age < 3660
    assert 3600 <= store.backlog().oldest < 3660


def test_a_statement_sees_what_was_committed_before_it(database):
    options = "options='-c default_transaction_isolation=serializable'"
    with _service.connect(f"{database.conninfo} {options}") as connection:
        with connection.transaction():
            found = connection.execute("SHOW transaction_isolation").fetchone()

    assert found == ("read committed",)
