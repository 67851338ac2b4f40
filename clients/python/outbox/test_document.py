"""What docs/outbox.md tells to do, done."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import uuid

import psycopg
import pytest
from making import GROUP, message
from programs import Program
from scripted_server import ScriptedServer

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events.outbox import enqueue, table_sql

ROOT = pathlib.Path(__file__).parents[3]
DOCUMENT = (ROOT / "docs/outbox.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def chat(database):
    """A table of messages, as a backend has one."""
    with database.connect(autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS messages")
        connection.execute("CREATE TABLE messages (id uuid PRIMARY KEY, body text)")
    return database


def test_no_block_is_left_out():
    """The YAML is rendered by tests/chart."""
    languages = re.findall(r"^```(\w+)$", DOCUMENT, re.MULTILINE)

    assert languages == ["sh", "python", "go", "sh", "yaml", "sql", "sql"]


def test_the_table_is_made(database):
    *environment, install, make = blocks("sh")[0].splitlines()
    assert environment == ["python3 -m venv venv", ". venv/bin/activate"]
    assert install == "pip install './clients/python[postgres]'"
    command = make.replace("python", shlex.quote(sys.executable), 1).replace(
        "psql", f"psql --quiet --set=ON_ERROR_STOP=1 {shlex.quote(database.conninfo)}"
    )
    with database.connect(autocommit=True) as connection:
        connection.execute("DROP TABLE dino_outbox")
    try:
        subprocess.run(["bash", "-o", "pipefail", "-c", command], check=True, timeout=60)
    finally:
        with database.connect() as connection:
            connection.execute(table_sql())


def test_enqueue_in_python(chat, rows):
    given = {"psycopg": psycopg, "database": chat.conninfo, "group": GROUP}
    exec(blocks("python")[0], {**given, "message_id": uuid.uuid4()})

    [(key, event)] = rows("ordering_key, event")
    assert key == GROUP
    assert list(api.EventRequest.FromString(event).message.user_ids) == [1234, 4321]


def test_enqueue_in_go(chat, rows):
    """The block is a function of the program that OUTBOX_GO_DOCUMENT names."""
    program = os.environ["OUTBOX_GO_DOCUMENT"]
    subprocess.run([program, chat.conninfo, GROUP], check=True, timeout=60)

    [(key, event)] = rows("ordering_key, event")
    assert key == GROUP
    assert list(api.EventRequest.FromString(event).message.user_ids) == [1234, 4321]
    with chat.connect() as connection:
        assert connection.execute("SELECT body FROM messages").fetchone() == ("Lunch?",)


def test_the_worker_runs(database, rows, tmp_path):
    bridge = ScriptedServer([{"ok": True}])
    command = shlex.split(blocks("sh")[1])
    assert command[:3] == ["python", "-m", "dino_events.outbox"]
    flags = [
        flag.replace("host=db.example dbname=chat user=outbox", database.conninfo).replace(
            "dino-bridge:50051", bridge.address
        )
        for flag in command[3:]
    ]
    log = str(tmp_path / "log")
    worker = Program(log, sys.executable, *command[1:3], *flags, "--ops-address=127.0.0.1:0")
    with database.connect() as connection:
        enqueue(connection, message(key="k"))
    assert worker.wait_for("metrics at"), worker.text()
    while not bridge.attempts:
        assert worker.is_running()
    assert worker.end(signal.SIGTERM) == 0
    bridge.stop()
    assert rows("state") == ["published"]


def test_the_rights_suffice(database, rows):
    with database.connect(autocommit=True) as connection:
        for user in ("chat", "outbox"):
            connection.execute(f"DROP OWNED BY {user}") if _exists(connection, user) else None
            connection.execute(f"DROP ROLE IF EXISTS {user}")
            connection.execute(f"CREATE ROLE {user} LOGIN")
        connection.execute(blocks("sql")[0])
    with psycopg.connect(f"{database.conninfo} user=chat") as connection:
        enqueue(connection, message(key="k"))
    from dino_events.outbox._store import Failed, Store

    with psycopg.connect(f"{database.conninfo} user=outbox") as connection:
        store = Store(connection)
        assert len(store.claim_fresh("", 10)) == 1
        store.finish([], [Failed(1, "pending", "", b"", 0.0)], keep=True)
        assert len(store.claim_repeated(10)) == 1
        store.finish([1], [], keep=True)
        assert store.backlog().pending == 0
        assert store.remove(0) == 1


def _exists(connection, user):
    return connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (user,)).fetchone()


def test_rows_that_were_set_aside(database, rows):
    with database.connect() as connection:
        for number in range(1, 9):
            enqueue(connection, message(key=f"k{number}"))
        connection.execute("UPDATE dino_outbox SET state = 'failed' WHERE id > 6")
    with database.connect(autocommit=True) as connection:
        for statement in blocks("sql")[1].split(";")[:-1]:
            connection.execute(statement)

    assert rows("id, state")[6:] == [(7, "pending")]


def test_every_metric_exists():
    from prometheus_client import CollectorRegistry, generate_latest

    from dino_events.outbox._metrics import BacklogCollector, Metrics
    from dino_events.outbox._store import Backlog

    registry = CollectorRegistry()
    Metrics(registry)
    BacklogCollector(registry, lambda: Backlog(1, 2.0, 3))
    told = generate_latest(registry).decode()
    for name in re.findall(r"`(dino_outbox_\w+)[`{]", DOCUMENT):
        assert re.search(rf"^{name}(_count)?[ {{]", told, re.MULTILINE), name
