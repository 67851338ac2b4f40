"""Writes events as a backend does: `writer.py NAME CONNINFO EVENTS LANES`.

Each transaction has events of some lanes, in order; some are rolled back. A lane is an ordering
key, which other writers use too. The text of an event is its key: `NAME-LANE:NUMBER`.
"""

import random
import sys
import time

import psycopg

from dino_events import events
from dino_events.outbox import enqueue

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
MOST = 8  # Events of a transaction.
ROLLED_BACK = 0.02


def users_of(lane):
    return [2 * lane + 1, 2 * lane + 2]


def event(text, lane):
    return events.message(group_id=GROUP, sender_id=7, text=text, to=users_of(lane), key=text)


def chunks(name, count, lanes, chance):
    """Lists of (lane, text); the numbers of each lane rise."""
    following = [0] * lanes
    while count:
        chunk = []
        for _ in range(min(count, chance.randint(1, MOST))):
            lane = chance.randrange(lanes)
            chunk.append((lane, f"{name}-{lane}:{following[lane]}"))
            following[lane] += 1
        count -= len(chunk)
        yield chunk


def insert(connection, chunk):
    for lane, text in chunk:
        enqueue(connection, event(text, lane), ordering_key=f"lane-{lane}")


def write(connection, chunk, chance):
    if chance.random() < ROLLED_BACK:
        insert(connection, [(lane, f"ghost-{text}") for lane, text in chunk])
        connection.rollback()
    insert(connection, chunk)
    connection.commit()


def is_there(connection, chunk):
    """Whether it was committed, if the answer to that was lost."""
    found = connection.execute(
        "SELECT count(*) FROM dino_outbox WHERE idempotency_key = %s", (chunk[0][1],)
    ).fetchone()
    connection.rollback()
    return found[0] == 1


def main(name, conninfo, count, lanes):
    chance = random.Random(name)
    connection = None
    for chunk in chunks(name, count, lanes, chance):
        done = False
        while not done:
            try:
                if connection is None:
                    connection = psycopg.connect(conninfo)
                    done = is_there(connection, chunk)
                if not done:
                    write(connection, chunk, chance)
                    done = True
            except psycopg.OperationalError:
                connection = None
                time.sleep(0.1)
    print("written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
