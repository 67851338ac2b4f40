"""An outbox in PostgreSQL: events that are committed together with what they tell of.

`enqueue` stores an event in the caller's own transaction; `python -m dino_events.outbox` publishes
what was committed. The table is `outbox.sql`.
"""

from dino_events.outbox.enqueue import enqueue, enqueue_async, row, table_sql

__all__ = ["enqueue", "enqueue_async", "row", "table_sql"]
