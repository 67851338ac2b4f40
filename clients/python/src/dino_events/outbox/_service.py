"""A worker: lanes side by side, what wakes them, and what keeps the table small."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from dino_events.observer import log
from dino_events.outbox._lane import Lane, Meter, Terms
from dino_events.outbox._store import Backlog, Store

CHANNEL = "dino_outbox"
# Seconds. With a worker that has vanished its keys are free again after that.
_LONGEST_IDLE = 45
_STATEMENT_TIMEOUT = 30
_LONGEST_RECONNECT = 5.0
_COUNT_EVERY = 15.0
_REMOVE_EVERY = 30.0

_DEFAULTS: dict[str, Any] = {
    "application_name": "dino-outbox",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


class BadDatabaseError(ValueError):
    """What should say where PostgreSQL is cannot be read."""


def parameters(database: str) -> dict[str, Any]:
    """How to connect to a URL or to `key=value` text of libpq. Raises BadDatabaseError."""
    try:
        return {**_DEFAULTS, **conninfo_to_dict(database)}
    except psycopg.ProgrammingError:
        # libpq's own words may quote a part of the password.
        raise BadDatabaseError(
            "the database is neither a URL nor key=value text that libpq can read"
        ) from None


def connect(database: str) -> psycopg.Connection[Any]:
    """Connects, without an open transaction. Raises psycopg.Error and BadDatabaseError."""
    connection = psycopg.connect(**parameters(database), autocommit=True)
    # Each statement of a transaction must see what was committed before it.
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_LONGEST_IDLE}s'")
    connection.execute(f"SET statement_timeout = '{_STATEMENT_TIMEOUT}s'")
    return connection


class Wake:
    """Wakes all threads that wait. Thread-safe."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        """How often it was rung."""
        return self._count

    def ring(self) -> None:
        """Wakes who waits."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, count: int, seconds: float) -> None:
        """Waits until it was rung more than `count` times, but no longer than so many seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._count > count, seconds)


@dataclass(frozen=True)
class Plan:
    """How a worker runs. Durations are seconds.

    Attributes:
      database: Returns where PostgreSQL is, as libpq knows it. May raise OSError.
      lanes: How many lanes publish new events, beside the one that repeats.
      poll: How long a lane waits when there is nothing to do, unless it is woken.
      keep: How long published rows stay.
    """

    database: Callable[[], str]
    lanes: int
    poll: float
    keep: float


class Service:
    """Runs until it is told to stop. Thread-safe.

    Attributes:
      backlog: What was in the table a while ago; None if PostgreSQL cannot be used.
    """

    def __init__(self, plan: Plan, terms: Callable[[Callable[[], bool]], Terms]) -> None:
        """`terms` makes the lanes' terms; it is given what tells whether to stop."""
        self._plan = plan
        self._stop = threading.Event()
        self._wake = Wake()
        self._terms = terms(self._stop.is_set)
        self._broken: BaseException | None = None
        self.backlog: Backlog | None = None
        self._threads = [
            threading.Thread(target=self._guard, args=(self._run_lane, lane), name=name)
            for name, lane in self._lanes()
        ]
        self._threads.append(
            threading.Thread(target=self._guard, args=(self._keep_house,), name="house")
        )

    def _lanes(self) -> list[tuple[str, Lane]]:
        fresh = [(f"lane-{n}", Lane(self._terms, repeated=False)) for n in range(self._plan.lanes)]
        return [*fresh, ("repeats", Lane(self._terms, repeated=True))]

    @property
    def meter(self) -> Meter:
        """Is told what happens."""
        return self._terms.meter

    def start(self) -> None:
        """Starts the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Tells the threads to end. They finish their calls and write what came of them."""
        self._stop.set()
        self._wake.ring()

    def wait(self) -> None:
        """Waits for the end. Raises what a thread could not handle."""
        for thread in self._threads:
            thread.join()
        if self._broken is not None:
            raise self._broken

    @property
    def working(self) -> bool:
        """Whether no thread has ended."""
        return all(thread.ident is None or thread.is_alive() for thread in self._threads)

    def _guard(self, run: Callable[..., None], *arguments: Any) -> None:
        try:
            run(*arguments)
        except BaseException as error:  # A bug: who started us should start us anew.
            self._broken = error
            self.stop()

    def _run_lane(self, lane: Lane) -> None:
        def work(connection: psycopg.Connection[Any]) -> None:
            rung = self._wake.count
            wait = lane.step(connection)
            if wait is None:
                self._wake.wait(rung, self._plan.poll)
            elif wait:
                self._stop.wait(wait)

        self._with_connections(work)

    def _with_connections(self, work: Callable[[psycopg.Connection[Any]], None]) -> None:
        """Repeats `work`, with a new connection after an error."""
        wait = 0.1
        connection = None
        while not self._stop.is_set():
            try:
                if connection is None:
                    connection = connect(self._plan.database())
                work(connection)
                wait = 0.1
            except (psycopg.Error, OSError, BadDatabaseError) as error:
                self.meter.database_failed()
                log.warning("cannot work: %s; again in %.1f s", str(error).strip(), wait)
                if connection is not None:
                    connection.close()
                connection = None
                self._stop.wait(wait)
                wait = min(wait * 2, _LONGEST_RECONNECT)
        if connection is not None:
            connection.close()

    def _keep_house(self) -> None:
        every = {self._count: _COUNT_EVERY, self._remove: _REMOVE_EVERY}

        def work(connection: psycopg.Connection[Any]) -> None:
            due = dict.fromkeys(every, 0.0)
            try:
                connection.execute(f"LISTEN {CHANNEL}")
                self._wake.ring()  # What was committed before that told nobody.
                while not self._stop.is_set():
                    for task, when in due.items():
                        if time.monotonic() >= when:
                            task(Store(connection))
                            due[task] = time.monotonic() + every[task]
                    for _ in connection.notifies(timeout=0.5, stop_after=1):
                        self._wake.ring()
            finally:
                self.backlog = None  # Unknown until another connection has counted.

        self._with_connections(work)

    def _count(self, store: Store) -> None:
        self.backlog = store.backlog()

    def _remove(self, store: Store) -> None:
        while store.remove(self._plan.keep) and not self._stop.is_set():
            pass
