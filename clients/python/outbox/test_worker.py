"""The program: its settings, its life, and what it tells."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from making import message
from programs import PATIENCE, Program
from scripted_server import ScriptedServer

from dino_events.outbox import enqueue, table_sql

OK = {"ok": True}
open_directly = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@pytest.fixture
def bridge():
    server = ScriptedServer([OK])
    yield server
    server.stop()


@pytest.fixture
def start(database, tmp_path):
    started = []

    def run(bridge, *flags):
        log = tmp_path / f"worker{len(started)}.log"
        worker = Program(
            str(log), sys.executable, "-m", "dino_events.outbox",
            f"--database={database.conninfo}", f"--address={bridge.address}",
            "--ops-address=127.0.0.1:0", *flags,
        )  # fmt: skip
        started.append(worker)
        return worker

    yield run
    for worker in started:
        if worker.is_running():
            worker.end(signal.SIGKILL)


def ops(worker):
    assert worker.wait_for("metrics at"), worker.text()
    return re.search(r"metrics at (127.0.0.1:\d+)", worker.text()).group(1)


def get(address, path):
    try:
        with open_directly(f"http://{address}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def metric(address, name):
    [value] = re.findall(rf"^{re.escape(name)} (\S+)$", get(address, "/metrics")[1], re.MULTILINE)
    return float(value)


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def write(database, *keys):
    with database.connect() as connection:
        for key in keys:
            enqueue(connection, message(key=key))


def test_publishes_what_is_committed(database, start, bridge, rows):
    worker = start(bridge, "--poll-interval=1h")  # Only a notification wakes it.
    address = ops(worker)
    until(lambda: get(address, "/readyz")[0] == 200)
    write(database, "k1", "k2")
    until(lambda: rows("state") == ["published", "published"])

    published = 'dino_outbox_published_events_total{event_type="message"}'
    assert metric(address, published) == 2
    assert metric(address, "dino_outbox_delay_seconds_count") == 2
    assert worker.end() == 0
    assert [one.options.idempotency_key for one in bridge.messages()] == ["k1", "k2"]


def test_a_call_under_way_is_finished_when_it_stops(database, start, rows):
    bridge = ScriptedServer([{"silent": True}])
    worker = start(bridge)
    write(database, "k1")
    until(lambda: bridge.attempts)
    worker.send(signal.SIGTERM)
    bridge.stop()

    assert worker.wait_for("stopped"), worker.text()
    assert worker.end() == 0
    assert rows("state") == ["pending"]


def test_tells_what_failed(database, start, rows):
    bridge = ScriptedServer([{"results": [{"code": "INTERNAL", "reason": "BROKER_REFUSED"}]}])
    worker = start(bridge)
    address = ops(worker)
    write(database, "k1")
    until(lambda: rows("state") == ["failed"])

    assert worker.wait_for("is set aside"), worker.text()
    assert metric(address, 'dino_outbox_set_aside_events_total{reason="BROKER_REFUSED"}') == 1
    assert metric(address, 'dino_outbox_failed_attempts_total{reason="BROKER_REFUSED"}') == 1
    assert worker.end() == 0
    bridge.stop()


def test_works_again_when_the_database_is_back(database, start, bridge, rows):
    worker = start(bridge)
    address = ops(worker)
    until(lambda: get(address, "/readyz")[0] == 200)
    database.crash()
    until(lambda: get(address, "/readyz")[0] == 503)
    assert "dino_outbox_pending_events" not in get(address, "/metrics")[1]  # Nobody knows.
    database.start()
    write(database, "k1")
    until(lambda: rows("state") == ["published"])

    assert metric(address, "dino_outbox_database_errors_total") > 0
    until(lambda: get(address, "/readyz")[0] == 200)
    assert get(address, "/livez")[0] == 200
    assert worker.end() == 0


def test_is_not_ready_without_a_database(start, bridge):
    worker = start(bridge, "--database=host=/nonexistent")
    address = ops(worker)

    assert worker.wait_for("cannot work: .*nonexistent"), worker.text()
    assert get(address, "/readyz")[0] == 503
    assert get(address, "/livez")[0] == 200
    assert get(address, "/")[0] == 404
    assert worker.end() == 0


def test_blocks_if_told(database, start, rows):
    bridge = ScriptedServer([{"results": [{"code": "INTERNAL", "reason": "BROKER_REFUSED"}]}, OK])
    worker = start(bridge, "--on-failure=block")
    write(database, "k1", "k2")
    until(lambda: rows("state") == ["blocked", "pending"])
    with database.connect() as connection:
        connection.execute("UPDATE dino_outbox SET state = 'pending' WHERE state = 'blocked'")
    until(lambda: rows("state") == ["published", "published"])
    assert worker.end() == 0
    bridge.stop()


def test_removes_what_was_published(database, start, bridge, rows):
    worker = start(bridge, "--keep-published=0s")
    write(database, "k1")
    until(lambda: bridge.attempts and rows("id") == [])
    assert worker.end() == 0


def run(*flags, **variables):
    return subprocess.run(
        [sys.executable, "-m", "dino_events.outbox", *flags],
        env={**os.environ, **variables}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_all_bad_settings_are_told_at_once(tmp_path):
    ended = run(
        "--lanes=0", "--poll-interval=5", f"--api-key-file={tmp_path}/none",
        DINO_OUTBOX_ON_FAILURE="ignore", DINO_OUTBOX_OPS_ADDRESS="8080",
    )  # fmt: skip

    assert ended.returncode == 2
    told = ended.stderr.splitlines()
    assert [line.split()[1] for line in told] == [
        "--api-key-file", "DINO_OUTBOX_ON_FAILURE", "--lanes", "--poll-interval",
        "DINO_OUTBOX_OPS_ADDRESS",
    ]  # fmt: skip


def test_settings_that_exclude_each_other():
    ended = run("--database=host=a", "--database-file=/dev/null", "--tls-cert-file=/dev/null")

    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 2


BAD_DATABASES = ["host=db password=open sesame", "postgres://chat:open%zzsesame@db"]


@pytest.mark.parametrize("database", BAD_DATABASES)
def test_a_database_that_cannot_be_read_is_told_without_its_password(tmp_path, database):
    file = tmp_path / "database"
    file.write_text(database)
    for flag in (f"--database={database}", f"--database-file={file}"):
        ended = run(flag, "--ops-address=")

        assert ended.returncode == 2
        assert ended.stderr.startswith("error: the database is neither")
        assert "sesame" not in ended.stderr


def test_a_database_file_that_becomes_unreadable_is_told_without_its_password(
    database, start, bridge, rows, tmp_path
):
    file = tmp_path / "database"
    file.write_text(database.conninfo)
    worker = start(bridge, "--database=", f"--database-file={file}")
    address = ops(worker)
    until(lambda: get(address, "/readyz")[0] == 200)
    file.write_text(BAD_DATABASES[0])
    database.kill()
    assert worker.wait_for("cannot work: the database is neither"), worker.text()
    file.write_text(database.conninfo)
    write(database, "k1")
    until(lambda: rows("state") == ["published"])

    assert "sesame" not in worker.text()
    assert worker.end() == 0


def test_the_flag_wins():
    assert run("--print-sql", DINO_OUTBOX_LANES="0").stdout == table_sql()
    assert "--lanes" in run("--lanes=0", DINO_OUTBOX_LANES="1").stderr


def test_help_has_every_setting():
    told = run("--help").stdout

    assert "DINO_OUTBOX_KEEP_PUBLISHED" in told
    assert "--batch-events" in told
