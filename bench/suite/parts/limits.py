"""What the process takes, apart from time."""

import time

from bench.suite.processes import Process
from bench.suite.servers import Bridge, bridge_command

CALLS = 100
RECIPIENTS = 10_000
# The bridge's defaults.
SESSIONS = 8
IDEMPOTENCY_MEMORY_MIB = 80

KEYED_CALLS_PER_SECOND = 2000


def memory(session):
    sink = session.sink(silent=True)

    def measure():
        bridge = Bridge(session.binaries, sink, [
            # One address may have three quarters.
            f"--max-pending-publications={CALLS * RECIPIENTS * 4 // 3}",
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


def held_keys(session):
    bridge = session.bridge(session.sink())
    bridge.await_sessions(SESSIONS)
    seconds = 900

    def measure():
        before = bridge.memory("VmRSS")
        values = session.load(bridge, "--mode=open", f"--rate={KEYED_CALLS_PER_SECOND}", "--keyed",
                              "--recipients=2", "--callers=64", seconds=seconds)
        forgotten = bridge.metric("dino_bridge_idempotency_keys_forgotten_early_total")
        grown = bridge.memory("VmRSS") - before
        return {**values, "keys": bridge.metric("dino_bridge_idempotency_keys"),
                "kept": 1 - forgotten / (KEYED_CALLS_PER_SECOND * session.seconds(seconds)),
                "grown_mib": grown, "grown_of_bound": grown / IDEMPOTENCY_MEMORY_MIB}

    # One round: it takes long, and nothing in it is a matter of speed.
    session.record(0, "held", measure())


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
