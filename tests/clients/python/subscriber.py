"""Receives what a broker sends, with a program that shares nothing with dino-bridge."""

import queue
import subprocess
import threading
from typing import NamedTuple

from calls import PATIENCE

# mosquitto_sub writes ESC for \e: it sets messages apart from what else is said.
MESSAGE_FORMAT = r"\e%t\e%q\e%F\e%C\e%P\e%x"


class Received(NamedTuple):
    topic: str
    qos: int
    payload_format: str
    content_type: str
    user_properties: dict
    payload: bytes


def parse(line):
    topic, qos, payload_format, content_type, properties, payload = line[1:].split("\x1b")
    return Received(
        topic,
        int(qos),
        payload_format,
        content_type,
        dict(entry.split(":", 1) for entry in properties.split()),
        bytes.fromhex(payload),
    )


class Subscriber:
    """A subscription to every user's topic, which stands once the object exists."""

    def __init__(self, port):
        self._process = subprocess.Popen(
            ["stdbuf", "-oL", "mosquitto_sub", "-d", "-V", "5", "-h", "127.0.0.1", "-p", str(port)]
            + ["-q", "1", "-t", "dms/dev/+", "-F", MESSAGE_FORMAT],
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self._next_line("Subscribed (mid:")

    def next(self):
        return parse(self._next_line("\x1b"))

    def close(self):
        self._process.terminate()
        self._reader.join()
        self._process.stdout.close()
        self._process.wait()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def _next_line(self, beginning):
        while True:
            line = self._lines.get(timeout=PATIENCE)
            if line.startswith(beginning):
                return line
