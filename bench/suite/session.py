"""What a part of the benchmark works with."""

import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.suite import environment, processes, quiet, servers

# The event's JSON, as the bridge writes it for load-driver's requests.
PAYLOAD = (
    '{"event_type":"message","group_id":"6cbb3265-2a7f-494d-92ad-f4503d55d49f",'
    '"sender_id":1234,"file_id":null,"message_id":"c87efd18-8879-4c24-8b26-ccb7f40a0fe5",'
    '"message_payload":"%s","message_type":"text","created_at":1597877384.794828}'
)
EVENT_BYTES = 300


def say(text):
    print(text, file=sys.stderr, flush=True)


class Session:
    """Starts servers, runs programs against them and keeps what they say. Ends all at its end."""

    def __init__(self, part, options):
        self.part = part
        self.rounds = options.rounds
        self.binaries = options.build / "bin"
        self.uncounted = options.uncounted / "bin"
        self.tools = options.tools
        self.repository = options.repository
        self._scale = options.scale
        self._results = options.results / f"{part}.jsonl"
        self._stack = contextlib.ExitStack()
        self._records = []

    def __enter__(self):
        self._stack.__enter__()
        self.directory = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.payload_file = self.directory / "payload.json"
        padding = "x" * (EVENT_BYTES - len(PAYLOAD % ""))
        self.payload_file.write_text(PAYLOAD % padding)
        self._began = time.monotonic()
        self._records.append(
            {"kind": "environment", "rounds": self.rounds, "scale": self._scale,
             **environment.describe(self.repository)}
        )
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def save(self):
        """Replaces the part's earlier results."""
        self._records[0]["seconds"] = round(time.monotonic() - self._began, 1)
        self._results.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(record) + "\n" for record in self._records)
        self._results.write_text(text)

    # Servers, ended with the session.

    def _keep(self, server):
        self._stack.callback(server.stop)
        return server

    def mosquitto(self, **how):
        return self._keep(servers.Mosquitto(self.directory, **how))

    def sink(self, silent=False):
        return self._keep(servers.Sink(self.binaries, silent))

    def bridge(self, broker, *settings, binaries=None):
        return self._keep(servers.Bridge(binaries or self.binaries, broker, settings))

    def echo(self):
        return self._keep(servers.Echo(self.binaries))

    def centrifugo(self):
        return self._keep(servers.Centrifugo(self.tools / "bin" / "centrifugo", self.directory))

    # Programs.

    def seconds(self, seconds):
        """How long to measure what takes `seconds` in a full run."""
        return seconds * self._scale

    def run(self, *command):
        return processes.run(command)

    def load(self, server, *flags, seconds=2.0):
        """Puts a load on a bridge or an echo."""
        return self.run(*self.load_command(server, *flags, seconds=seconds))

    def load_command(self, server, *flags, seconds=2.0):
        return [self.binaries / "load-driver", f"--address={server.address}",
                f"--server_pid={server.pid}", f"--duration={self.seconds(seconds)}s", *flags]

    def publisher(self, program, broker, *flags, seconds=2.0):
        """Runs one of the C++ publishers."""
        return self.run(self.binaries / program, f"--port={broker.port}",
                        f"--duration={self.seconds(seconds)}s", *flags)

    def quietly(self, measure):
        """What `measure` returns, once others on the machine do next to nothing; else says so."""
        others = quiet.wait()
        values = measure()
        if others >= quiet.CORES:
            values["others_cores"] = round(others, 2)
        return values

    # Results.

    def record(self, round_, case, values):
        """Keeps the values of a run, and shows them."""
        self._records.append({"kind": "run", "round": round_, "case": case, **values})
        say(f"  {self.part} {round_ + 1}/{self.rounds} {case}: {summary(values)}")

    def interleave(self, cases):
        """Runs all cases in each round, beginning with another one each time."""
        names = list(cases)
        for round_ in range(self.rounds):
            shift = round_ % len(names)
            for name in names[shift:] + names[:shift]:
                self.record(round_, name, self.quietly(cases[name]))


def summary(values):
    """The few numbers of a run that show that it goes well."""
    shown = ["acknowledged_per_second", "events_per_second", "p50_ms", "p99_ms",
             "bytes_per_publication", "milliseconds", "instructions"]
    text = ", ".join(f"{name} {values[name]:,.4g}" for name in shown if name in values)
    if "others_cores" in values:
        text += f" (others used {values['others_cores']} cores)"
    return text
