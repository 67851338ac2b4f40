"""A lane of a worker: claims rows, publishes their events, and writes what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg

from dino_events.errors import PublishError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.observer import log
from dino_events.outbox._attempt import Outcome, event_of
from dino_events.outbox._store import Failed, Row, Store
from dino_events.outbox._verdict import Judge, backoff

# Seconds after which a transaction takes no further event of its lines: what it has published would
# be published again if it were lost.
HOLD = 1.0

_MANY = 10
_LONGEST_PAUSE = 5.0  # Seconds.


class Meter:
    """Is told what happens; does nothing by default."""

    def published(self, kind: str, age: float) -> None:
        """An event was published, so many seconds after it was enqueued."""

    def failed(self, error: str, state: str) -> None:
        """An attempt failed; `state` is `pending` if there will be another one."""

    def call_failed(self, failure: Failure) -> None:
        """A call failed as a whole."""

    def database_failed(self) -> None:
        """PostgreSQL could not be used."""


@dataclass
class Work:
    """What became of rows in one transaction.

    Attributes:
      published: The IDs of rows whose events were published.
      failed: What is to be written of others.
      call: The failure of the call that ended it.
    """

    published: list[int] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    call: Failure | None = None


@dataclass(frozen=True)
class Terms:
    """What all lanes share.

    Attributes:
      publish: Attempts events, each once.
      judge: Decides what follows a failure.
      meter: Is told what happens.
      random: Returns a number from 0 up to 1.
      batch: How many events a transaction takes at most.
      keep: Whether published rows stay for a while.
      stopping: Whether no further call is to be made.
    """

    publish: Callable[[Sequence[Event]], Outcome]
    judge: Judge
    meter: Meter
    random: Callable[[], float]
    batch: int
    keep: bool
    stopping: Callable[[], bool]


class Lane:
    """Publishes lines of events, on one connection at a time. Not thread-safe.

    Of each key, one event is on its way at a time: the next one is sent when the one before was
    acknowledged or set aside. `repeated`: it takes events that failed before, which are apart so
    that a topic that answers late delays new events once only.
    """

    def __init__(self, terms: Terms, *, repeated: bool) -> None:
        self._terms = terms
        self._repeated = repeated
        self._after = f"{int(terms.random() * 16):x}"  # Lanes that begin together differ.
        self._most = terms.batch
        self._failures = 0

    def step(self, connection: psycopg.Connection[Any]) -> float | None:
        """Publishes one batch. Returns the seconds to wait, or None if there was nothing to do.

        Raises psycopg.Error. Then nothing is written, and the same events are published again, with
        their keys.
        """
        store = Store(connection)
        with connection.transaction():
            lines = self._claim(store)
            if not lines:
                return None
            work = self._publish(lines)
            store.finish(work.published, work.failed, keep=self._terms.keep)
        _log_repeated(work)
        return self._pause(work, sum(map(len, lines)))

    def _claim(self, store: Store) -> list[list[Row]]:
        if self._repeated:
            return store.claim_repeated(self._most)
        lines = store.claim_fresh(self._after, self._most)
        if not lines and self._after:
            self._after = ""
            lines = store.claim_fresh("", self._most)
        self._after = max((line[0].ordering_key for line in lines), default="")
        return lines

    def _publish(self, lines: list[list[Row]]) -> Work:
        work = Work()
        began = time.monotonic()
        waiting = [iter(line) for line in lines]
        while waiting and work.call is None:
            if self._terms.stopping() or time.monotonic() - began > HOLD:
                break
            wave = [(row, line) for line in waiting if (row := next(line, None)) is not None]
            waiting = self._publish_wave(wave, work, began)
        return work

    def _publish_wave(self, wave: list[tuple[Row, Any]], work: Work, began: float) -> list[Any]:
        """Publishes the next event of each line. Returns the lines that go on."""
        go_on, sent, events = [], [], []
        for row, line in wave:
            try:
                events.append(event_of(row))
                sent.append((row, line))
            except ValueError as error:
                if self._fail(work, self._terms.judge.of_bytes(row, str(error))):
                    go_on.append(line)
        if not sent:
            return go_on
        outcome = self._terms.publish(events)
        work.call = outcome.call
        for (row, line), event, result in zip(sent, events, outcome.results, strict=True):
            if self._note(work, row, event, result, len(sent), began):
                go_on.append(line)
        return go_on

    def _note(
        self, work: Work, row: Row, event: Event, result: Result, count: int, began: float
    ) -> bool:
        """Notes what became of an event. Returns whether the next one of its key may be sent."""
        error = result.error
        if error is None:
            work.published.append(row.id)
            self._terms.meter.published(event.kind, row.age + time.monotonic() - began)
            return True
        failed = self._failed(work.call, row, error, count)
        return failed is not None and self._fail(work, failed)

    def _failed(
        self, call: Failure | None, row: Row, error: PublishError, count: int
    ) -> Failed | None:
        judge, random = self._terms.judge, self._terms.random()
        if error.failure is not call:
            return judge.of_event(row, error, random)
        # Which of several events is at fault, if any, shows when there are fewer.
        if count == 1 or error.resume_token != row.resume_token:
            return judge.of_call(row, error, random)
        return None

    def _fail(self, work: Work, failed: Failed) -> bool:
        work.failed.append(failed)
        self._terms.meter.failed(failed.error, failed.state)
        if failed.state != "pending":
            log.error("row %d is set aside (%s): %s", failed.id, failed.state, failed.error)
        return failed.state == "failed"

    def _pause(self, work: Work, count: int) -> float:
        """Adapts the size of batches, and says how long to wait before the next one."""
        if work.call is not None:
            self._most = max(1, min(self._most, count) // 2)
            self._terms.meter.call_failed(work.call)
        else:
            self._most = min(self._terms.batch, self._most * 2)
        # A few have their own backoff; many that all failed are the broker's.
        if work.call is None and (work.published or len(work.failed) < _MANY):
            self._failures = 0
            return 0.0
        self._failures += 1
        pushback = work.call.pushback if work.call else None
        wait = backoff(self._terms.judge.policy, self._failures, pushback, self._terms.random())
        wait = min(wait, max(_LONGEST_PAUSE, pushback or 0.0))
        if work.call is not None:
            log.warning(
                "cannot publish: %s %s: %s; again in %.1f s",
                work.call.code, work.call.reason, work.call.message, wait,
            )  # fmt: skip
        return wait


def _log_repeated(work: Work) -> None:
    repeated = [one for one in work.failed if one.state == "pending"]
    if repeated:
        log.info(
            "%d events failed and will be repeated; row %d in %.1f s: %s",
            len(repeated), repeated[0].id, repeated[0].wait, repeated[0].error,
        )  # fmt: skip
