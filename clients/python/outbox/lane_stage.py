"""A bridge that answers as a test wants it, and a worker's lanes without its threads."""

import threading

import psycopg

from dino.events.v1 import delivery_pb2
from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._attempts import Rules
from dino_events._calls import Context
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
