"""A broker and replicas of the bridge, on free loopback ports, and what can happen to them."""

import json
import os
import re
import signal
import socket
import subprocess
import time

PATIENCE = 120.0
FIRST_KEY = "the-first-key-of-the-chat"
SECOND_KEY = "the-second-key-of-the-chat"

BROKER_SETTINGS = """
listener {port} 127.0.0.1
allow_anonymous true
persistence true
persistence_location {directory}/
max_inflight_messages 0
max_queued_messages 0
set_tcp_nodelay true
log_dest stderr
"""


def seconds(duration):
    return float(duration.removesuffix("s"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program:
    """A process that ends with this one and can be started again."""

    def __init__(self, log, *command):
        self._command = command
        self._log = log
        self.start()

    def start(self):
        with open(self._log, "ab") as log:
            self._from = log.tell()
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", "--", *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self):
        return self._process.pid

    def text(self):
        """What the program has written since it was started."""
        with open(self._log, encoding="utf-8", errors="replace") as log:
            log.seek(self._from)
            return log.read()

    def wait_for(self, pattern, patience=PATIENCE):
        """Waits until the program has written a pattern since it was started."""
        until = time.monotonic() + patience
        running = True
        while running and time.monotonic() < until:
            running = self.is_running()
            if re.search(pattern, self.text()):
                return True
            time.sleep(0.02)
        return False

    def is_running(self):
        return self._process.poll() is None

    def send(self, number):
        self._process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        return self._process.wait(PATIENCE)


class Stage:
    """A broker and replicas, as a conformance case of faults has them."""

    def __init__(self, directory, bridge, case, replicas):
        self._directory = str(directory)
        self._quota = case.get("quota")
        self._next = 0
        self.broker_port = self._start_broker()
        self.key_file = os.path.join(self._directory, "api.key") if "quota" in case else None
        if self.key_file:
            self._write_server_keys(bridge, FIRST_KEY)
            self._replace("api.key", FIRST_KEY)
        self.ports = [free_port() for _ in range(replicas)]
        self.bridges = [
            self._start_bridge(bridge, index, port, case.get("settings", []))
            for index, port in enumerate(self.ports)
        ]
        self._bridge = bridge

    @property
    def address(self):
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def _start_broker(self):
        port = free_port()
        settings = os.path.join(self._directory, "mosquitto.conf")
        with open(settings, "w", encoding="ascii") as file:
            file.write(BROKER_SETTINGS.format(port=port, directory=self._directory))
            if os.geteuid() == 0:
                file.write("user root\n")
        log = os.path.join(self._directory, "broker.log")
        self.broker = Program(log, "mosquitto", "-c", settings)
        assert self.broker.wait_for(" running"), open(log).read()
        return port

    def _start_bridge(self, bridge, index, port, settings):
        log = os.path.join(self._directory, f"bridge{index}.log")
        keys = [f"--auth-keys-file={self._directory}/keys.json"] if self.key_file else []
        program = Program(
            log,
            bridge,
            f"--grpc-address=127.0.0.1:{port}",
            "--ops-address=127.0.0.1:0",
            f"--mqtt-brokers=127.0.0.1:{self.broker_port}",
            f"--mqtt-client-id-prefix=bridge{index}",
            "--log-format=json",
            *keys,
            *settings,
        )
        assert program.wait_for("session connected"), open(log).read()
        return program

    def _write_server_keys(self, bridge, *keys):
        entry = {"name": "chat", "sha256": [], **(self._quota or {})}
        for key in keys:
            hashed = subprocess.run(
                [bridge, "hash-key", "chat"], input=key, text=True, capture_output=True, check=True
            )
            entry["sha256"] += json.loads(hashed.stdout)["sha256"]
        self._replace("keys.json", json.dumps({"callers": [entry]}))

    def _replace(self, name, content):
        new = os.path.join(self._directory, name + ".new")
        with open(new, "w", encoding="ascii") as file:
            file.write(content)
        os.replace(new, os.path.join(self._directory, name))

    def inject(self, fault):
        """Lets a fault happen, last and pass."""
        getattr(self, "_" + fault["do"])(seconds(fault["for"]))

    def _none(self, lasts):
        time.sleep(lasts)

    def _stop_broker(self, lasts):
        self.broker.end()
        time.sleep(lasts)
        self.broker.start()
        assert self.broker.wait_for(" running")

    def _freeze(self, program, lasts):
        program.send(signal.SIGSTOP)
        time.sleep(lasts)
        program.send(signal.SIGCONT)
        time.sleep(0.3)

    def _freeze_broker(self, lasts):
        self._freeze(self.broker, lasts)

    def _freeze_bridge(self, lasts):
        self._freeze(self._one(), lasts)

    def _one(self):
        self._next += 1
        return self.bridges[self._next % len(self.bridges)]

    def _restart(self, bridge, lasts, number):
        bridge.end(number)
        time.sleep(lasts)
        bridge.start()
        assert bridge.wait_for("session connected")

    def _kill_bridge(self, lasts):
        self._restart(self._one(), lasts, signal.SIGKILL)

    def _roll_bridges(self, lasts):
        for bridge in self.bridges:
            self._restart(bridge, lasts, signal.SIGTERM)

    def _change_key(self, lasts):
        """The servers know both keys before the caller gets its new one, and then only that."""
        self._write_server_keys(self._bridge, FIRST_KEY, SECOND_KEY)
        time.sleep(lasts)
        self._replace("api.key", SECOND_KEY)
        time.sleep(lasts)
        self._write_server_keys(self._bridge, SECOND_KEY)
        time.sleep(lasts)

    def end(self):
        for program in (*self.bridges, self.broker):
            program.end()
