"""Starting programs, reading what they print, and ending them."""

import json
import queue
import subprocess
import threading

STOP_SECONDS = 10
START_SECONDS = 15
RUN_SECONDS = 120


class ProgramError(Exception):
    """A program failed, or did not do in time what it should."""


class Process:
    """One running program. Its lines are read as they come, so that it never waits for us."""

    def __init__(self, command, stream="stdout"):
        self.name = str(command[0]).rsplit("/", 1)[-1]
        to = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        to[stream] = subprocess.PIPE
        if stream == "stdout":
            to["stderr"] = None
        self._child = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, text=True, **to
        )
        self.pid = self._child.pid
        self._lines = queue.SimpleQueue()
        self._last_lines = []
        self._reader = threading.Thread(
            target=self._read, args=(getattr(self._child, stream),), daemon=True
        )
        self._reader.start()

    def _read(self, pipe):
        with pipe:
            for line in pipe:
                self._last_lines = [*self._last_lines[-4:], line.strip()]
                self._lines.put(line)
        self._lines.put(None)

    def await_line(self, wanted, seconds=START_SECONDS):
        """Returns the first line for which `wanted` is true."""
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise ProgramError(f"{self.name} said nothing for {seconds} s") from None
            if line is None:
                raise ProgramError(f"{self.name} ended: {' / '.join(self._last_lines)}")
            if wanted(line):
                return line

    def await_json(self, seconds=START_SECONDS):
        """Returns the next line, which must be JSON."""
        return json.loads(self.await_line(lambda line: True, seconds))

    def alive(self):
        return self._child.poll() is None

    def wait(self, seconds=RUN_SECONDS):
        """Waits for its end, which must be a good one."""
        try:
            status = self._child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise ProgramError(f"{self.name} did not end within {seconds} s") from None
        if status != 0:
            raise ProgramError(f"{self.name} failed with status {status}")

    def stop(self):
        """Ends it, by force if it does not stop when asked."""
        if self.alive():
            self._child.terminate()
            try:
                self._child.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._child.kill()
        self._child.wait()
        self._reader.join(timeout=STOP_SECONDS)


def run(command):
    """Runs a program to its end; returns the one line of JSON that it printed."""
    process = Process(command)
    try:
        line = process.await_json(RUN_SECONDS)
        process.wait()
        return line
    finally:
        process.stop()
