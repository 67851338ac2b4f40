"""One event to many recipients."""

from bench.suite.tls_files import TlsFiles


def fanout(session):
    mosquitto, sink = session.mosquitto(), session.sink()
    on_mosquitto, on_sink = session.bridge(mosquitto), session.bridge(sink)

    def limit(broker, *flags):
        return lambda: session.publisher("limit-publisher", broker, *flags)

    session.interleave({
        "mosquitto bridge": lambda: session.load(on_mosquitto),
        "mosquitto limit-1": limit(mosquitto, "--sessions=1", "--window=512"),
        "mosquitto limit-8": limit(mosquitto, "--sessions=8", "--window=64"),
        "mosquitto limit-8-bursts": limit(mosquitto, "--sessions=8", "--window=64", "--burst=16"),
        "mosquitto bare": lambda: session.publisher("bare-publisher", mosquitto),
        "sink bridge": lambda: session.load(on_sink),
        "sink bare": lambda: session.publisher("bare-publisher", sink),
        "sink limit-8": limit(sink, "--sessions=8", "--window=64"),
    })


def two_callers(session):
    cases = {}
    for broker in session.sink(), session.mosquitto():
        bridge = session.bridge(broker)
        for callers in 1, 2:
            # A round ends with its slowest call.
            cases[f"{broker.name} {callers}"] = lambda bridge=bridge, callers=callers: session.load(
                bridge, "--mode=rounds", f"--callers={callers}", "--recipients=10000",
                "--calls=5")
    session.interleave(cases)


def scale(session):
    bridge = session.bridge(session.sink(), "--max-recipients=100000")
    session.interleave({
        "100": lambda: session.load(bridge, "--callers=64", "--recipients=100"),
        "100000": lambda: session.load(bridge, "--callers=4", "--recipients=100000", "--calls=4"),
    })


def sessions(session):
    mosquitto = session.mosquitto()
    cases = {}
    for count in 1, 2, 4, 8, 16:
        bridge = session.bridge(mosquitto, f"--mqtt-sessions={count}", f"--mqtt-loops={min(count, 2)}",
                                f"--mqtt-client-id-prefix=bridge-{count}")
        cases[str(count)] = lambda bridge=bridge: session.load(bridge)
    session.interleave(cases)


def tls(session):
    files = TlsFiles(session.directory)
    plain, secured = session.mosquitto(), session.mosquitto(tls_files=files)
    on_plain = session.bridge(plain)
    on_secured = session.bridge(secured, f"--mqtt-tls-ca-file={files.certificate}")
    session.interleave({
        "plain": lambda: session.load(on_plain),
        "tls": lambda: session.load(on_secured),
    })
