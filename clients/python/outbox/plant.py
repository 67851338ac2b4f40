"""All that the outbox needs, in one folder: database, broker, two bridges, workers and writers."""

import contextlib
import os
import pathlib
import signal
import sys
import time

from postgres import Database
from programs import PATIENCE, Program, Stage
from receipts import Receipts
from writer import users_of

KINDS = ("worker", "bridge", "database", "broker")
HERE = pathlib.Path(__file__).parent


class Plant:
    """Starts all but the workers. Has what was written since it was made."""

    def __init__(self, folder, bridge, workers, lanes, *, fsync=True, go_writer=None):
        self._folder = pathlib.Path(folder)
        self._lanes = lanes
        self._go_writer = go_writer
        self._writers = []
        self._written = 0
        self._kills = []
        self._count = workers
        self._workers = []
        self.database = Database(f"{folder}/pg", fsync=fsync)
        self.stage = Stage(folder, bridge, {}, 2)
        self._subscribe()

    def _subscribe(self):
        """The session outlives the broker, which knows it again by its file."""
        self._receipts = self._folder / "receipts"
        self._subscriber = Program(
            str(self._receipts), "mosquitto_sub", "-V", "5", "-h", "127.0.0.1", "-p",
            str(self.stage.broker_port), "-q", "1", "-t", "dms/#", "-i", "ledger", "-c",
            "-x", "3600", "-F", "%U %t %p",
        )  # fmt: skip
        assert self.stage.broker.wait_for(" as ledger")
        saved = self._folder / "mosquitto.db"
        until = time.monotonic() + PATIENCE
        while not saved.exists() or b"dms/#" not in saved.read_bytes():
            assert time.monotonic() < until, "the broker did not save the session"
            self.stage.broker.send(signal.SIGUSR1)
            time.sleep(0.05)

    def writer_names(self):
        return ["python", "go" if self._go_writer else "python-too"]

    def write(self, events, names):
        """Starts writers that share the events."""
        self._written += events
        for number, name in enumerate(names):
            count = events // len(names) + (number < events % len(names))
            program = [sys.executable, str(HERE / "writer.py")]
            if name == "go":
                program = [self._go_writer]
            command = [*program, name, self.database.conninfo, str(count), str(self._lanes)]
            self._writers.append(Program(str(self._folder / f"writer-{name}.log"), *command))

    def wait_for_writers(self):
        for writer in self._writers:
            assert writer.wait_for("written", patience=1200), writer.text()
            writer.end()
        self._writers = []

    @contextlib.contextmanager
    def workers(self):
        self._workers = [self._worker(number) for number in range(self._count)]
        try:
            yield
        finally:
            for worker in self._workers:
                assert worker.end() == 0, worker.text()
            self._workers = []

    def _worker(self, number):
        return Program(
            str(self._folder / f"worker{number}.log"), sys.executable, "-m", "dino_events.outbox",
            f"--database={self.database.conninfo}", f"--address={self.stage.address}",
            "--ops-address=", "--log-format=text", "--log-level=warning",
        )  # fmt: skip

    def kill(self, kind, chance):
        """kill -9, and starts it again."""
        self._kills.append((time.time(), kind))
        if kind == "database":
            self.database.kill()
        elif kind == "broker":
            self._restart(self.stage.broker)
            # It forgets what it has for a subscriber that is away when it is killed again.
            assert self.stage.broker.wait_for(" as ledger")
        else:
            self._restart(chance.choice(self._workers if kind == "worker" else self.stage.bridges))

    def _restart(self, program):
        program.end(signal.SIGKILL)
        program.start()

    def unpublished(self):
        return self._select("SELECT count(*) FROM dino_outbox WHERE state <> 'published'")[0][0]

    def wait_until_published(self):
        until = time.monotonic() + 10 * PATIENCE
        while self.unpublished() and time.monotonic() < until:
            time.sleep(0.1)

    def _select(self, query):
        with self.database.connect() as connection:
            return connection.execute(query).fetchall()

    def judge(self):
        """Counts what is wrong, when the last event was received or is late."""
        rows = self._select(
            "SELECT idempotency_key, ordering_key, extract(epoch FROM finished_at)::float8"
            " FROM dino_outbox WHERE state = 'published'"
        )
        published = [
            (text, users_of(int(key.partition("-")[2])), finished) for text, key, finished in rows
        ]
        until = time.monotonic() + PATIENCE
        while True:
            counts = Receipts(self._receipts).judge(published, self._kills)
            if not counts["lost"] or time.monotonic() > until:
                break
            time.sleep(0.5)
        counts["events"] = len(published)
        counts["unpublished"] = self._written - len(published)
        counts["kills"] = len(self._kills)
        return counts

    def processor_seconds(self):
        """Of each part, its processes that have ended included."""
        parts = {
            "postgres": [self.database.program],
            "broker": [self.stage.broker],
            "bridges": self.stage.bridges,
            "workers": self._workers,
        }
        return {
            name: sum(_seconds(one.pid, children=name == "postgres") for one in programs)
            for name, programs in parts.items()
        }

    def close(self):
        for program in (*self._writers, *self._workers, self._subscriber):
            program.end(signal.SIGKILL)
        self.stage.end()
        self.database.end()


def _seconds(pid, *, children):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15] if children else fields[11:13]))
    seconds = ticks / os.sysconf("SC_CLK_TCK")
    if children:
        listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        seconds += sum(_seconds(child, children=False) for child in listed)
    return seconds
