"""What one would use instead of the bridge, on the same task."""


def commands(session):
    """How to run each peer."""
    sources = session.repository / "bench" / "peers"
    python = session.tools / "python" / "bin" / "python"
    return {
        "gmqtt": [python, "-B", sources / "python" / "gmqtt_publisher.py"],
        "paho-mqtt": [python, "-B", sources / "python" / "paho_publisher.py"],
        "mqtt.js": ["node", sources / "mqtt-js" / "publisher.mjs",
                    f"--modules={session.tools / 'mqtt-js'}"],
        "paho.golang": [session.tools / "bin" / "paho-golang-publisher"],
        "loop_start": [session.binaries / "loop-start-publisher"],
    }


def peers(session):
    cases = {}
    for broker in session.sink(), session.mosquitto():
        bridge = session.bridge(broker)
        cases[f"{broker.name} bridge"] = lambda bridge=bridge: session.load(bridge)
        for name, command in commands(session).items():
            cases[f"{broker.name} {name}"] = lambda broker=broker, command=command: session.run(
                *command, f"--port={broker.port}", f"--payload_file={session.payload_file}",
                f"--duration={session.seconds(2.0)}")
    session.interleave(cases)


def centrifugo(session):
    server = session.centrifugo()
    bridges = {broker.name: session.bridge(broker)
               for broker in (session.sink(), session.mosquitto())}
    cases = {
        f"{name} bridge": lambda bridge=bridge: session.load(bridge, "--recipients=10000")
        for name, bridge in bridges.items()
    }
    cases["centrifugo"] = lambda: session.run(
        session.binaries / "broadcast-driver", f"--address={server.address}",
        f"--server_pid={server.pid}", f"--payload_file={session.payload_file}",
        f"--duration={session.seconds(2.0)}s")
    session.interleave(cases)
