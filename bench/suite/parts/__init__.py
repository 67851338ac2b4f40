"""The parts of the benchmark, in the order of a full run."""

from collections import namedtuple

from bench.suite.parts import calls, fanout, latency, limits, peers, profile, traces

# When a part runs that nobody has named.
ALWAYS, WITH_PROFILE, NEVER = "always", "only with --profile", "only if named"

# `seconds`: of a full run, about.
Part = namedtuple("Part", "name seconds what run when", defaults=(ALWAYS,))

ALL = [
    Part("fanout", 105, "1,000 recipients: the bridge beside the broker's limit and the bare library",
         fanout.fanout),
    Part("calls", 50, "2 recipients: unary, stream and batch beside the bare echo", calls.calls),
    Part("keys", 80, "each event with an idempotency key, beside none", calls.keys),
    Part("access", 80, "2 recipients: what TLS with callers costs, and their keys", calls.access),
    Part("latency", 50, "2 recipients at half of the maximum rate, beside the echo", latency.latency),
    Part("sparse", 110, "single calls one to two seconds apart, beside the echo", latency.sparse),
    Part("neighbours", 75, "2 recipients while others publish to 10,000", latency.neighbours),
    Part("two-callers", 55, "10,000 recipients for one caller and for two", fanout.two_callers),
    Part("scale", 35, "100,000 recipients beside 100", fanout.scale),
    Part("memory", 5, "idle, and for each pending publication", limits.memory),
    Part("token", 2, "making and reading a resume token of 10,000 recipients", limits.token),
    Part("start", 5, "from start until the first session is connected", limits.start),
    Part("sessions", 70, "1,000 recipients over 1 to 16 sessions", fanout.sessions),
    Part("tls", 30, "1,000 recipients with TLS to the broker", fanout.tls),
    Part("peers", 170, "what one would use instead, on the sink and on mosquitto", peers.peers),
    Part("centrifugo", 45, "10,000 recipients beside Centrifugo's Broadcast", peers.centrifugo),
    Part("profile", 70, "instructions per publication and per call, by callgrind", profile.profile,
         WITH_PROFILE),
    Part("metrics", 200, "what counting for /metrics costs, in instructions and in time",
         profile.metrics, WITH_PROFILE),
    Part("traces", 200, "what traces cost, in instructions", traces.traces, WITH_PROFILE),
    Part("held-keys", 910, "a quarter of an hour of keyed calls: whether any key is forgotten early",
         limits.held_keys, NEVER),
]
