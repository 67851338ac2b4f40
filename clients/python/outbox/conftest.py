"""A database for all tests of a run, and an empty table for each."""

import pathlib
import sys
import tempfile

import pytest

PACKAGE = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(PACKAGE / "faults"), str(PACKAGE / "tests")]

from lane_stage import Bridge, Worker  # noqa: E402
from making import message  # noqa: E402
from postgres import Database  # noqa: E402

from dino_events.outbox import enqueue  # noqa: E402


@pytest.fixture(scope="session")
def server():
    with tempfile.TemporaryDirectory(prefix="dino-pg-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        database = Database(f"{folder}/pg")
        yield database
        database.end()


@pytest.fixture
def database(server):
    with server.connect(autocommit=True) as connection:
        connection.execute("TRUNCATE dino_outbox RESTART IDENTITY")
    return server


@pytest.fixture
def rows(database):
    """Returns what is in some columns of the table, in the order of the rows."""

    def read(columns):
        with database.connect() as connection:
            found = connection.execute(f"SELECT {columns} FROM dino_outbox ORDER BY id").fetchall()
        return [one[0] if len(one) == 1 else one for one in found]

    return read


@pytest.fixture
def bridge():
    return Bridge()


@pytest.fixture
def make_worker(database, bridge):
    made = []

    def make(state="failed"):
        made.append(Worker(database, bridge, state))
        return made[-1]

    yield make
    for worker in made:
        worker.connection.close()


@pytest.fixture
def write(database):
    def commit(*texts, to=(1,), **options):
        with database.connect() as connection:
            for text in texts:
                enqueue(connection, message(to, key=text, **options), ordering_key=text[0])

    return commit
