"""A PostgreSQL of its own, in a folder of its own, at a Unix socket; and what can happen to it."""

import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time

import psycopg
from programs import PATIENCE, Program

from dino_events.outbox import table_sql

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{directory}'
max_connections = 60
shared_buffers = 64MB
fsync = {fsync}
log_min_messages = warning
"""


def _programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    return found[-1] if found else os.path.dirname(shutil.which("postgres"))


def _as_nobody():
    """What a command begins with if we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    return [
        "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups",
        "--pdeathsig=KILL", "--",
    ]  # fmt: skip


class Database:
    """A server that ends with this process. `conninfo` is for anybody, as any user."""

    def __init__(self, directory, *, fsync=False):
        # A socket's path must be short.
        self._directory = pathlib.Path(directory)
        self._data = self._directory / "data"
        self._directory.mkdir(mode=0o755, parents=True)
        if os.geteuid() == 0:
            shutil.chown(self._directory, "postgres", "postgres")
        programs = _programs()
        subprocess.run(
            [*_as_nobody(), f"{programs}/initdb", "--auth=trust", "--username=postgres",
             "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata", self._data],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with open(self._data / "postgresql.conf", "a", encoding="ascii") as file:
            file.write(SETTINGS.format(directory=directory, fsync="on" if fsync else "off"))
        self.conninfo = f"host={directory} user=postgres dbname=postgres"
        self._command = [*_as_nobody(), f"{programs}/postgres", "-D", str(self._data)]
        self.program = Program(str(self._directory / "log"), *self._command)
        self._wait()
        with psycopg.connect(self.conninfo) as connection:
            connection.execute(table_sql())

    def connect(self, **settings):
        return psycopg.connect(self.conninfo, **settings)

    def _wait(self):
        until = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.conninfo).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < until, (self._directory / "log").read_text()
                if not self.program.is_running():
                    self.program.start()  # What was left of a killed one had to end first.
                time.sleep(0.05)

    def kill(self):
        """kill -9, and starts it again."""
        self.crash()
        self.start()

    def crash(self):
        """kill -9."""
        self.program.end(signal.SIGKILL)

    def start(self):
        """Starts it again."""
        self.program.start()
        self._wait()

    def end(self):
        self.program.end(signal.SIGINT)  # A fast shutdown.
