"""The programs that the tests need: a broker and bridges, on free loopback ports."""

import os
import pathlib
import re
import socket
import subprocess
import threading

PATIENCE = 30  # Seconds until a test fails for want of an answer.

BROKER_SETTINGS = """
listener {port} 127.0.0.1
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
log_dest stderr
"""


class Program:
    """A process that ends with this one. What it writes is kept, to wait for and to show."""

    def __init__(self, *command):
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, pattern):
        """The first match of a pattern in what the program writes; None if it ends without it."""
        with self._news:
            self._news.wait_for(lambda: self._find(pattern) or self._ended, PATIENCE)
            return self._find(pattern)

    def output(self):
        return "".join(self._lines[-20:])

    def end(self):
        """Whether it ends as it should."""
        self._process.terminate()
        status = self._process.wait(PATIENCE)
        self._reader.join()
        self._process.stdout.close()
        return status == 0

    def _find(self, pattern):
        return next(filter(None, (re.search(pattern, line) for line in self._lines)), None)

    def _read(self):
        for line in self._process.stdout:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_broker(directory):
    """The broker and its port."""
    for _ in range(20):  # Somebody may take the port before the broker does.
        port = free_port()
        settings = pathlib.Path(directory, "mosquitto.conf")
        settings.write_text(
            BROKER_SETTINGS.format(port=port) + ("user root\n" if os.geteuid() == 0 else "")
        )
        broker = Program("mosquitto", "-c", str(settings))
        if broker.wait_for(" running$"):
            return broker, port
        broker.end()
    raise RuntimeError("the broker does not start: " + broker.output())


def start_bridge(program, broker_port, limits):
    """The bridge and the address where it listens."""
    bridge = Program(
        program,
        "--grpc-address=127.0.0.1:0",
        "--ops-address=127.0.0.1:0",
        f"--mqtt-brokers=127.0.0.1:{broker_port}",
        "--mqtt-sessions=2",
        f"--max-recipients={limits.max_recipients}",
        f"--max-payload-bytes={limits.max_payload_bytes}",
        "--log-format=json",
    )
    address = bridge.wait_for('"grpc_address": *"([^"]*)"')
    if not (address and bridge.wait_for("session connected")):
        bridge.end()
        raise RuntimeError("the bridge does not start: " + bridge.output())
    return bridge, address[1]
