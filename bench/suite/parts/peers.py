"""What one would use instead of the bridge, on the same task."""

from bench.suite.session import say


def commands(session):
    """How to run each peer that is installed."""
    sources = session.repository / "bench" / "peers"
    python = session.tools / "python" / "bin" / "python"
    peers_by_name = {
        "gmqtt": [python, "-B", sources / "python" / "gmqtt_publisher.py"],
        "paho-mqtt": [python, "-B", sources / "python" / "paho_publisher.py"],
        "mqtt.js": ["node", sources / "mqtt-js" / "publisher.mjs",
                    f"--modules={session.tools / 'mqtt-js'}"],
        "paho.golang": [session.tools / "bin" / "paho-golang-publisher"],
        "loop_start": [session.binaries / "loop-start-publisher"],
    }
    installed = {name: command for name, command in peers_by_name.items()
                 if is_installed(session, name, command)}
    if len(installed) < len(peers_by_name):
        say(f"  not installed: {', '.join(sorted(set(peers_by_name) - set(installed)))}")
    return installed


def is_installed(session, name, command):
    if name == "mqtt.js":
        return (session.tools / "mqtt-js" / "node_modules").exists()
    return command[0].exists()


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
    if not (session.tools / "bin" / "centrifugo").exists():
        say("  not installed: centrifugo")
        return
    version = (session.repository / "bench" / "peers" / "centrifugo" / "VERSION").read_text()
    server = session.centrifugo()
    bridges = {broker.name: session.bridge(broker)
               for broker in (session.sink(), session.mosquitto())}
    cases = {
        f"{name} bridge": lambda bridge=bridge: session.load(bridge, "--recipients=10000")
        for name, bridge in bridges.items()
    }

    def broadcast():
        values = session.run(
            session.binaries / "broadcast-driver", f"--address={server.address}",
            f"--server_pid={server.pid}", f"--payload_file={session.payload_file}",
            f"--duration={session.seconds(2.0)}s")
        return {**values, "version": version.strip()}

    session.interleave({**cases, "centrifugo": broadcast})
