"""Callers of each kind, who publish until they are told to stop."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from dino_events import AsyncPublisher, BatchError, Publisher, PublishError, events

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
LANES = 4
RECIPIENTS = 3
PAUSE = 0.01  # Seconds between two events: the faults are what counts, not the load.


class Load:
    """One publisher and its lanes of users. Each lane's events are numbered in their order."""

    def __init__(self, name, first_user, ledger, stop):
        self.name = name
        self.ledger = ledger
        self.stop = stop
        self._first_user = first_user
        self._next = [0] * LANES

    def event(self, lane):
        """The next event of a lane, and its text, which is its key too."""
        text = f"{self.name.replace(' ', '-')}-{lane}:{self._next[lane]}"
        self._next[lane] += 1
        first = self._first_user + lane * RECIPIENTS
        users = list(range(first, first + RECIPIENTS))
        return (
            text,
            users,
            events.message(group_id=GROUP, sender_id=7, text=text, to=users, key=text),
        )

    def note(self, text, users, result, began):
        self.ledger.note(text, users, result, time.monotonic() - began)


def error_of(publish):
    try:
        publish()
    except PublishError as error:
        return error
    return None


def unary(load, publisher):
    def lane(index):
        while not load.stop.is_set():
            text, users, event = load.event(index)
            began = time.monotonic()
            load.note(text, users, error_of(lambda event=event: publisher.publish(event)), began)
            time.sleep(PAUSE)

    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(lane, range(LANES)))


def batch_of(load):
    return [load.event(number % LANES) for number in range(3 * LANES)]


def note_batch(load, batch, error, began):
    results = error.results if error else [None] * len(batch)
    for (text, users, _), result in zip(batch, results, strict=True):
        load.note(text, users, result and result.error, began)


def batch(load, publisher):
    while not load.stop.is_set():
        sent = batch_of(load)
        began = time.monotonic()
        failed = None
        try:
            publisher.publish_batch([event for _, _, event in sent])
        except BatchError as error:
            failed = error
        note_batch(load, sent, failed, began)
        time.sleep(PAUSE * LANES)


def stream_events(load):
    number = 0
    while not load.stop.is_set():
        yield load.event(number % LANES)
        number += 1
        if number % LANES == 0:
            time.sleep(PAUSE)


def stream(load, publisher):
    pending = []
    with publisher.stream(window=200) as opened:
        for text, users, event in stream_events(load):
            pending.append((text, users, opened.publish(event), time.monotonic()))
            one = pending[-1]
            one[2].add_done_callback(
                lambda future, one=one: load.note(one[0], one[1], future.exception(), one[3])
            )


async def async_unary(load, publisher):
    async def lane(index):
        while not load.stop.is_set():
            text, users, event = load.event(index)
            began = time.monotonic()
            error = None
            try:
                await publisher.publish(event)
            except PublishError as failed:
                error = failed
            load.note(text, users, error, began)
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*map(lane, range(LANES)))


async def async_batch(load, publisher):
    while not load.stop.is_set():
        sent = batch_of(load)
        began = time.monotonic()
        failed = None
        try:
            await publisher.publish_batch([event for _, _, event in sent])
        except BatchError as error:
            failed = error
        note_batch(load, sent, failed, began)
        await asyncio.sleep(PAUSE * LANES)


async def async_stream(load, publisher):
    number = 0
    async with publisher.stream(window=200) as opened:
        while not load.stop.is_set():
            text, users, event = load.event(number % LANES)
            number += 1
            began = time.monotonic()
            pending = await opened.publish(event)
            pending.add_done_callback(
                lambda future, one=(text, users, began): load.note(
                    one[0], one[1], future.exception(), one[2]
                )
            )
            await asyncio.sleep(PAUSE / LANES)


BLOCKING = {"unary": unary, "batch": batch, "stream": stream}
ASYNC = {"async unary": async_unary, "async batch": async_batch, "async stream": async_stream}


class Loads:
    """All of them at once."""

    def __init__(self, stage, timeout, make_ledger):
        self._stage = stage
        self._timeout = timeout
        self._stop = threading.Event()
        names = [*BLOCKING, *ASYNC]
        self.loads = {
            name: Load(name, 1 + 100 * index, make_ledger(), self._stop)
            for index, name in enumerate(names)
        }
        self._pool = ThreadPoolExecutor(len(BLOCKING) + 1)
        self._running = [self._pool.submit(self._block, name) for name in BLOCKING]
        self._running.append(self._pool.submit(lambda: asyncio.run(self._await_all())))

    def _arguments(self, load):
        return {
            "timeout": self._timeout,
            "api_key_file": self._stage.key_file,
            "observer": load.ledger.observer,
        }

    def _block(self, name):
        load = self.loads[name]
        with Publisher(self._stage.address, **self._arguments(load)) as publisher:
            BLOCKING[name](load, publisher)

    async def _await_all(self):
        async def one(name):
            load = self.loads[name]
            async with AsyncPublisher(self._stage.address, **self._arguments(load)) as publisher:
                await ASYNC[name](load, publisher)

        await asyncio.gather(*map(one, ASYNC))

    def finish(self, patience):
        """Stops them, and raises what they raised."""
        self._stop.set()
        for one in self._running:
            one.result(patience)
        self._pool.shutdown()
