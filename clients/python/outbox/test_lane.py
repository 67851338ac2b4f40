"""What a lane publishes, and what it writes of the answers."""

import threading

import psycopg
import pytest
from making import failed, message, status

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._attempts import Rules
from dino_events._calls import Context
from dino_events.outbox import enqueue
from dino_events.outbox._attempt import attempt
from dino_events.outbox._lane import Lane, Meter, Terms
from dino_events.outbox._verdict import Judge
from dino_events.policy import default_policy


class Bridge:
    """Answers each event with what is set for its key, and calls with what is set for them.

    Attributes:
      calls: The keys of each call.
      tokens: The tokens that events came with, by key.
    """

    def __init__(self):
        self.calls = []
        self.tokens = {}
        self.answers = {}
        self.call_answers = []

    def publish(self, events):
        steps = attempt(Context(Rules(default_policy())), events)
        reply = None
        while True:
            try:
                send = steps.send(reply)
            except StopIteration as end:
                return end.value
            reply = self._answer(send.request)

    def _answer(self, request):
        requests = [getattr(one, one.WhichOneof("request")) for one in request.events]
        self.calls.append([one.options.idempotency_key for one in requests])
        if self.call_answers and (answer := self.call_answers.pop(0)) is not None:
            return answer
        return api.PublishBatchResponse(results=[self._result(one) for one in requests])

    def _result(self, request):
        key = request.options.idempotency_key
        self.tokens[key] = request.options.resume_token
        error = self.answers.get(key)
        if error is not None:
            return api.EventResult(error=error)
        return api.EventResult(delivery=delivery_pb2.Delivery(event_id="id", recipient_count=1))


class Counts(Meter):
    def __init__(self):
        self.ages = []

    def published(self, kind, age):
        self.ages.append((kind, age))


class Worker:
    """A lane of each kind on a connection."""

    def __init__(self, database, bridge, state="failed"):
        self.meter = Counts()
        self.stopped = threading.Event()
        terms = Terms(
            publish=bridge.publish,
            judge=Judge(default_policy(), state),
            meter=self.meter,
            random=lambda: 0.0,
            batch=100,
            keep=True,
            stopping=self.stopped.is_set,
        )
        self.connection = psycopg.connect(database.conninfo, autocommit=True)
        self.fresh = Lane(terms, repeated=False)
        self.repeats = Lane(terms, repeated=True)

    def step(self):
        return self.fresh.step(self.connection)

    def repeat(self):
        self.connection.execute(
            "UPDATE dino_outbox SET next_attempt_at = '-infinity' WHERE state = 'pending'"
        )
        return self.repeats.step(self.connection)


@pytest.fixture
def bridge():
    return Bridge()


@pytest.fixture
def make_worker(database, bridge):
    made = []

    def make(state="failed"):
        made.append(Worker(database, bridge, state))
        return made[-1]

    yield make
    for worker in made:
        worker.connection.close()


@pytest.fixture
def write(database):
    def commit(*texts, to=(1,)):
        with database.connect() as connection:
            for text in texts:
                enqueue(connection, message(to, key=text), ordering_key=text[0])

    return commit


def test_of_each_key_one_event_is_on_its_way(write, make_worker, bridge, rows):
    write("a1", "a2", "b1", "a3")
    worker = make_worker()

    assert worker.step() == 0
    assert bridge.calls == [["a1", "b1"], ["a2"], ["a3"]]
    assert set(rows("state")) == {"published"}
    assert worker.step() is None
    assert [kind for kind, _ in worker.meter.ages] == ["message"] * 4


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
    worker.step()
    del bridge.answers["a1"]
    with database.connect() as connection:
        connection.execute("UPDATE dino_outbox SET state = 'pending' WHERE state = 'blocked'")
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


def test_resource_exhausted_without_a_time_ends(write, make_worker, bridge, rows):
    write("a1")
    bridge.answers["a1"] = status("RESOURCE_EXHAUSTED")
    worker = make_worker()
    worker.step()
    while rows("state") == ["pending"]:
        worker.repeat()

    assert rows("attempts, state, error") == [(8, "failed", "RESOURCE_EXHAUSTED: told")]


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
    for _ in range(100):
        if worker.step() is None and worker.repeat() is None:
            break

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
