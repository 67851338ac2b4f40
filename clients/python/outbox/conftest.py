"""A database for all tests of a run, and an empty table for each."""

import pathlib
import sys
import tempfile

import pytest

PACKAGE = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(PACKAGE / "faults"), str(PACKAGE / "tests")]

from postgres import Database  # noqa: E402


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
