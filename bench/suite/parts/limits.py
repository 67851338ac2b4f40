"""What the process takes, apart from time."""

import time

from bench.suite.processes import Process
from bench.suite.servers import Bridge, bridge_command

CALLS = 100
RECIPIENTS = 10_000
# The bridge's default.
SESSIONS = 8


def memory(session):
    sink = session.sink(silent=True)

    def measure():
        bridge = Bridge(session.binaries, sink, [
            f"--max-pending-publications={CALLS * RECIPIENTS}",
            # The sink never acknowledges; the sessions shall not connect anew for that.
            "--mqtt-ack-timeout=5m",
        ])
        try:
            bridge.await_sessions(SESSIONS)
            idle = bridge.memory("VmRSS")
            values = session.load(bridge, "--mode=held", f"--callers={CALLS}",
                                  f"--recipients={RECIPIENTS}")
        finally:
            bridge.stop()
        grown = values["bytes_after"] - values["bytes_before"]
        beyond = grown - values["request_bytes"]
        return {**values, "idle_mib": idle,
                "bytes_per_publication": beyond / values["pending"]}

    session.interleave({"pending": measure})


def token(session):
    session.interleave({"10,000 recipients": lambda: session.run(session.binaries / "token-cost")})


def start(session):
    mosquitto = session.mosquitto()

    def measure():
        begin = time.monotonic()
        process = Process(bridge_command(session.binaries, mosquitto), stream="stderr")
        try:
            process.await_line(lambda text: '"session connected"' in text)
            return {"milliseconds": (time.monotonic() - begin) * 1000}
        finally:
            process.stop()

    session.interleave({f"start {i}": measure for i in range(1, 5)})
