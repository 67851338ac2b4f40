"""The brokers and servers that are measured, each on free loopback ports."""

import json
import socket
import urllib.request
from pathlib import Path

from bench.suite.processes import Process, ProgramError

MOSQUITTO = """\
per_listener_settings false
{listener}
allow_anonymous true
max_inflight_messages 0
max_queued_messages 0
persistence false
log_dest none
set_tcp_nodelay {no_delay}
"""
ATTEMPTS = 20
START_SECONDS = 15
SLOW_START_SECONDS = 120


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def await_port(process, port):
    """True when the port takes connections; False if the process has ended instead."""
    attempts = 0
    while process.alive():
        if accepts(port):
            return True
        attempts += 1
        if attempts > START_SECONDS * 50:
            raise ProgramError(f"{process.name} does not listen")
        # Nothing tells us when a foreign program listens.
        try:
            process.await_line(lambda line: True, seconds=0.02)
        except ProgramError:
            pass
    return False


class Mosquitto:
    """mosquitto with nothing in the way of speed."""

    name = "mosquitto"

    def __init__(self, directory, tls_files=None, no_delay=False):
        # Without no_delay, its default, a PUBACK may wait for our kernel to acknowledge the one
        # before, for up to 40 ms. With it each is a packet of its own, which costs throughput.
        tls = ""
        if tls_files:
            tls = f"\ncertfile {tls_files.certificate}\nkeyfile {tls_files.key}"
        config = Path(directory) / "mosquitto.conf"
        for _ in range(ATTEMPTS):
            # Somebody else may take the port before the broker does.
            self.port = free_port()
            config.write_text(MOSQUITTO.format(
                listener=f"listener {self.port} 127.0.0.1{tls}", no_delay=str(no_delay).lower()))
            self.process = Process(["mosquitto", "-c", config])
            if await_port(self.process, self.port):
                return
        raise ProgramError("mosquitto does not start")

    def stop(self):
        self.process.stop()


class Sink:
    """The broker that only acknowledges, or not even that."""

    name = "sink"

    def __init__(self, binaries, silent=False):
        self.process = Process([binaries / "ack-sink", f"--silent={str(silent).lower()}"])
        self.port = self.process.await_json()["port"]

    def stop(self):
        self.process.stop()


def bridge_command(binaries, broker, settings=()):
    return [binaries / "dino-bridge", "--grpc-address=127.0.0.1:0", "--ops-address=127.0.0.1:0",
            f"--mqtt-brokers=127.0.0.1:{broker.port}", *settings]


class Bridge:
    """dino-bridge, connected to a broker."""

    def __init__(self, binaries, broker, settings=(), under=()):
        # `under` is a command that runs it, such as valgrind.
        self.process = Process(
            [*under, *bridge_command(binaries, broker, settings)], stream="stderr")
        self._connected = 0
        line = self._await_word('"listening"', SLOW_START_SECONDS if under else START_SECONDS)
        self.address = json.loads(line)["grpc_address"]
        self._ops_address = json.loads(line)["ops_address"]

    @property
    def pid(self):
        return self.process.pid

    def metric(self, name):
        """The value of a metric that has no labels."""
        with urllib.request.urlopen(f"http://{self._ops_address}/metrics", timeout=10) as page:
            for line in page.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[1])
        raise KeyError(name)

    def _await_word(self, word, seconds=START_SECONDS):
        def wanted(line):
            self._connected += '"session connected"' in line
            return word in line

        return self.process.await_line(wanted, seconds)

    def await_sessions(self, count):
        """Waits until so many sessions have connected."""
        while self._connected < count:
            self._await_word('"session connected"')

    def memory(self, name):
        """A number of its memory in MiB, as /proc names it."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
        raise KeyError(name)

    def stop(self):
        self.process.stop()


class Echo:
    """The bare gRPC server."""

    def __init__(self, binaries):
        self.process = Process([binaries / "echo-server"])
        self.address = self.process.await_json()["address"]

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.stop()


class Centrifugo:
    """Centrifugo with its memory engine and its gRPC API."""

    def __init__(self, program, directory):
        config = Path(directory) / "centrifugo.json"
        for _ in range(ATTEMPTS):
            port = free_port()
            config.write_text(json.dumps({
                "http_server": {"address": "127.0.0.1", "port": str(free_port())},
                "grpc_api": {"enabled": True, "address": "127.0.0.1", "port": port},
                "log": {"level": "error"},
            }))
            self.process = Process([program, "-c", config])
            self.address = f"127.0.0.1:{port}"
            if await_port(self.process, port):
                return
        raise ProgramError("centrifugo does not start")

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.stop()
