"""How long calls with two recipients take."""

import contextlib

from bench.suite.processes import Process

TWO = "--recipients=2"
# Users that no other load of the same time publishes to.
OTHER_USERS = "--first_user=5000000"
PROBE_RATE = 400


def open_loop(session, server, rate, *flags, seconds=3.0):
    return session.load(server, TWO, "--mode=open", f"--rate={rate:.0f}", *flags, seconds=seconds)


def latency(session):
    bridge, echo = session.bridge(session.sink()), session.echo()
    for round_ in range(session.rounds):
        # The rate of a round is half of what the bridge did in this round.
        most = session.quietly(lambda: session.load(bridge, TWO, "--callers=64"))
        session.record(round_, "most", most)
        servers = [("bridge", bridge), ("echo", echo)]
        for name, server in servers if round_ % 2 == 0 else reversed(servers):
            rate = most["completions_per_second"] / 2
            session.record(round_, name, session.quietly(
                lambda server=server, rate=rate: open_loop(session, server, rate)))


def sparse(session):
    bridge, echo = session.bridge(session.sink()), session.echo()
    flags = [TWO, "--mode=sparse", "--callers=10", "--connections=10", "--warm_up=2s"]
    # Both are idle nearly all the time, so that they can be measured at the same time.
    for round_ in range(session.rounds):
        with contextlib.ExitStack() as stack:
            running = {}
            for name, server in {"bridge": bridge, "echo": echo}.items():
                running[name] = Process(session.load_command(server, *flags, seconds=20.0))
                stack.callback(running[name].stop)
            for name, process in running.items():
                session.record(round_, name, process.await_json(seconds=60))


def neighbours(session):
    cases = {}
    # A broker that delays PUBACKs by itself would hide what the neighbours do.
    for broker in session.sink(), session.mosquitto(no_delay=True):
        bridge = session.bridge(broker)
        cases[f"{broker.name} alone"] = lambda bridge=bridge: probe(session, bridge)
        cases[f"{broker.name} beside others"] = lambda bridge=bridge: probe_beside(session, bridge)
    session.interleave(cases)


def probe(session, bridge):
    return open_loop(session, bridge, PROBE_RATE, OTHER_USERS)


def probe_beside(session, bridge):
    others = Process(session.load_command(
        bridge, "--callers=4", "--recipients=10000", "--announce", "--warm_up=0s", seconds=1000.0))
    try:
        others.await_json()
        return probe(session, bridge)
    finally:
        others.stop()
