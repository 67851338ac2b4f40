"""The table, as a worker uses it. Each method is one or two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

# The first event of each key, as far as it is new: from key to key through the index, so that
# neither long lines nor finished rows cost time. The lock is on the newest version of the row.
_FRESH_KEYS = """
WITH RECURSIVE head AS (
  (SELECT id, ordering_key FROM dino_outbox
   WHERE state IN ('pending', 'blocked') AND ordering_key > %(after)s
   ORDER BY ordering_key, id LIMIT 1)
  UNION ALL
  SELECT following.id, following.ordering_key FROM head CROSS JOIN LATERAL (
    SELECT id, ordering_key FROM dino_outbox
    WHERE state IN ('pending', 'blocked') AND ordering_key > head.ordering_key
    ORDER BY ordering_key, id LIMIT 1) AS following
)
SELECT locked.ordering_key FROM head CROSS JOIN LATERAL (
  SELECT ordering_key FROM dino_outbox
  WHERE id = head.id AND state = 'pending' AND attempts = 0
  FOR UPDATE SKIP LOCKED) AS locked
LIMIT %(keys)s
"""

# The same for first events whose next attempt is due.
_REPEATED_KEYS = """
SELECT locked.ordering_key FROM (
  SELECT id FROM dino_outbox AS repeated
  WHERE state = 'pending' AND attempts > 0 AND next_attempt_at <= clock_timestamp()
    AND NOT EXISTS (
      SELECT FROM dino_outbox AS earlier
      WHERE earlier.state IN ('pending', 'blocked')
        AND earlier.ordering_key = repeated.ordering_key AND earlier.id < repeated.id)
  ORDER BY next_attempt_at) AS head
CROSS JOIN LATERAL (
  SELECT ordering_key FROM dino_outbox
  WHERE id = head.id AND state = 'pending' AND next_attempt_at <= clock_timestamp()
  FOR UPDATE SKIP LOCKED) AS locked
LIMIT %(keys)s
"""

# What stands in line for keys whose first event we have: `place` shows which of them another
# worker has, or has just ended. Of large events only the first are taken, but at least one.
_LINES = """
SELECT line.ordering_key, line.place, locked.*
FROM (
  SELECT line.*, sum(line.bytes) OVER taken AS total, row_number() OVER taken AS number
  FROM unnest(%(keys)s::text[]) AS wanted(key)
  CROSS JOIN LATERAL (
    SELECT id, ordering_key, octet_length(event) AS bytes, row_number() OVER (ORDER BY id) AS place
    FROM dino_outbox
    WHERE state IN ('pending', 'blocked') AND ordering_key = wanted.key
    ORDER BY id LIMIT %(depth)s) AS line
  WINDOW taken AS (ORDER BY line.place, line.ordering_key)) AS line
CROSS JOIN LATERAL (
  SELECT id, idempotency_key, event, resume_token, attempts, error,
    extract(epoch FROM clock_timestamp() - created_at)::float8 AS age,
    state = 'pending' AND next_attempt_at <= clock_timestamp() AS due
  FROM dino_outbox
  WHERE id = line.id AND state IN ('pending', 'blocked')
  FOR UPDATE SKIP LOCKED) AS locked
WHERE line.number = 1 OR line.total <= %(bytes)s
"""

# Of the events of one claim: several times that is needed to publish them.
_MOST_BYTES = 8 << 20

_PUBLISHED = """
UPDATE dino_outbox SET state = 'published', attempts = attempts + 1, resume_token = NULL,
  error = NULL, finished_at = clock_timestamp()
WHERE id = ANY(%(ids)s)
"""

_FAILED = """
UPDATE dino_outbox SET state = failed.state, attempts = attempts + 1, error = failed.error,
  resume_token = failed.token,
  next_attempt_at = clock_timestamp() + make_interval(secs => failed.wait),
  finished_at = CASE WHEN failed.state = 'failed' THEN clock_timestamp() END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(errors)s::text[], %(tokens)s::bytea[],
  %(waits)s::float8[]) AS failed(id, state, error, token, wait)
WHERE dino_outbox.id = failed.id
"""

_REMOVE = """
DELETE FROM dino_outbox WHERE id IN (
  SELECT id FROM dino_outbox
  WHERE state = 'published' AND finished_at < clock_timestamp() - make_interval(secs => %(keep)s)
  ORDER BY finished_at LIMIT %(count)s FOR UPDATE SKIP LOCKED)
"""

_BACKLOG = """
SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8,
  (SELECT count(*) FROM dino_outbox WHERE state IN ('failed', 'blocked'))
FROM dino_outbox WHERE state IN ('pending', 'blocked')
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row to be published.

    `error` is that of its last attempt, empty if there was none. `age`: seconds since it was
    enqueued, when it was read.
    """

    id: int
    ordering_key: str
    idempotency_key: str
    event: bytes
    resume_token: bytes
    attempts: int
    error: str
    age: float


@dataclass(frozen=True, slots=True)
class Failed:
    """What is to be written of a row whose attempt has failed."""

    id: int
    state: str
    error: str
    resume_token: bytes
    wait: float


@dataclass(frozen=True)
class Backlog:
    """What is in the table.

    Attributes:
      pending: Rows that are not finished, the blocked ones included.
      oldest: Seconds since the oldest of them was enqueued.
      set_aside: Rows that wait for a person.
    """

    pending: int
    oldest: float
    set_aside: int


class Store:
    """The table on one connection. Raises psycopg.Error.

    What `claim` returns is locked until the transaction ends: no other worker publishes events of
    these keys. If the process or the connection dies, PostgreSQL ends the transaction, and the
    rows are as they were.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def claim_fresh(self, after: str, count: int) -> list[list[Row]]:
        """Lines of events, each of one key: keys behind `after` whose first event is new."""
        found = self._connection.execute(_FRESH_KEYS, {"after": after, "keys": count})
        return self._lines([key for (key,) in found], count)

    def claim_repeated(self, count: int) -> list[list[Row]]:
        """Lines of events whose first one failed before and is due again."""
        found = self._connection.execute(_REPEATED_KEYS, {"keys": count})
        return self._lines([key for (key,) in found], count)

    def _lines(self, keys: list[str], count: int) -> list[list[Row]]:
        if not keys:
            return []
        # A statement of its own: it sees what was committed until we had the keys.
        depth = max(1, count // len(keys))
        wanted = {"keys": keys, "depth": depth, "bytes": _MOST_BYTES}
        found = self._connection.execute(_LINES, wanted, binary=True)
        places: defaultdict[str, dict[int, tuple[Any, ...]]] = defaultdict(dict)
        for key, place, *rest in found:
            places[key][place] = tuple(rest)
        lines = (_without_gaps(key, by_place) for key, by_place in places.items())
        return [line for line in lines if line]

    def finish(self, published: Sequence[int], failed: Sequence[Failed], *, keep: bool) -> None:
        """Writes what became of rows."""
        if published:
            statement = _PUBLISHED if keep else "DELETE FROM dino_outbox WHERE id = ANY(%(ids)s)"
            self._connection.execute(statement, {"ids": list(published)})
        if failed:
            self._connection.execute(_FAILED, _columns(failed))

    def remove(self, keep: float, count: int = 5000) -> int:
        """Removes rows that were published more than `keep` seconds ago. Returns how many."""
        return self._connection.execute(_REMOVE, {"keep": keep, "count": count}).rowcount

    def backlog(self) -> Backlog:
        """Counts what is there."""
        found = self._connection.execute(_BACKLOG).fetchone()
        assert found is not None
        return Backlog(*found)


def _without_gaps(key: str, by_place: dict[int, tuple[Any, ...]]) -> list[Row]:
    line: list[Row] = []
    while (found := by_place.get(len(line) + 1)) is not None:
        row_id, idempotency_key, event, token, attempts, error, age, due = found
        if not due:
            break
        line.append(
            Row(row_id, key, idempotency_key, event, token or b"", attempts, error or "", age)
        )
    return line


def _columns(failed: Iterable[Failed]) -> dict[str, list[Any]]:
    rows = list(failed)
    return {
        "ids": [one.id for one in rows],
        "states": [one.state for one in rows],
        # PostgreSQL's text cannot have NUL.
        "errors": [one.error.replace("\0", "\ufffd") for one in rows],
        "tokens": [one.resume_token or None for one in rows],
        "waits": [one.wait for one in rows],
    }
