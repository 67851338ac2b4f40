"""The parts of the benchmark, in the order of a full run."""

from collections import namedtuple

from bench.suite.parts import calls, fanout, latency, limits, peers, profile

Part = namedtuple("Part", "name what run optional", defaults=(False,))

ALL = [
    Part("fanout", "1,000 recipients: the bridge beside the broker's limit and the bare library",
         fanout.fanout),
    Part("calls", "2 recipients: unary, stream and batch beside the bare echo", calls.calls),
    Part("latency", "2 recipients at half of the maximum rate, beside the echo", latency.latency),
    Part("sparse", "single calls one to two seconds apart, beside the echo", latency.sparse),
    Part("neighbours", "2 recipients while others publish to 10,000", latency.neighbours),
    Part("two-callers", "10,000 recipients for one caller and for two", fanout.two_callers),
    Part("scale", "100,000 recipients beside 100", fanout.scale),
    Part("memory", "idle, and for each pending publication", limits.memory),
    Part("start", "from start until the first session is connected", limits.start),
    Part("sessions", "1,000 recipients over 1 to 16 sessions", fanout.sessions),
    Part("tls", "1,000 recipients with TLS to the broker", fanout.tls),
    Part("peers", "what one would use instead, on the sink and on mosquitto", peers.peers),
    Part("centrifugo", "10,000 recipients beside Centrifugo's Broadcast", peers.centrifugo),
    Part("profile", "instructions per publication and per call, by callgrind", profile.profile,
         True),
]
