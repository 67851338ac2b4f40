"""Instructions, which are nearly the same in each run, on a machine that is busy too."""

import re
import shutil
import subprocess

from bench.suite.processes import ProgramError
from bench.suite.servers import Bridge

SHOWN_FUNCTIONS = 20
# Under callgrind a call takes a hundred times as long.
DEADLINE = "--deadline=120s"
# How many calls a short run makes, and the load.
LOADS = {
    "1,000 recipients": (20, ["--callers=2", "--recipients=1000"]),
    "unary": (1000, ["--callers=4", "--recipients=2"]),
    "batch": (15, ["--callers=2", "--recipients=2", "--rpc=batch", "--batch=100"]),
}
LINE = re.compile(r"\s*([\d,]+) \([ \d.]+%\)\s+[^:]*:(.+?)(?: \[([^\]]*)\])?$")


def profile(session):
    """Counts the instructions of a short and of a long run.

    Their difference is what the calls alone take, without the start, the end and what is made
    once.
    """
    sink = session.sink()
    for name in LOADS:
        session.record(0, name, instructions(session, sink, session.binaries, name))


def metrics(session):
    """Compares with a build that counts nothing: its instructions, and its processor time."""
    sink = session.sink()
    builds = {"counted": session.binaries, "uncounted": session.uncounted}
    for load in LOADS:
        for build, binaries in builds.items():
            session.record(0, f"{load}, {build}, instructions",
                           instructions(session, sink, binaries, load))
    cases = {}
    for build, binaries in builds.items():
        bridge = session.bridge(sink, binaries=binaries)
        for load, (_, flags) in LOADS.items():
            cases[f"{load}, {build}"] = (
                lambda bridge=bridge, flags=flags: session.load(bridge, *flags))
    session.interleave(cases)


def instructions(session, sink, binaries, load, bridge_flags=()):
    """What an event of the load takes, by a long run less a short one."""
    if not shutil.which("valgrind"):
        raise ProgramError("callgrind is missing (deploy/install-packages.sh bench)")
    calls, flags = LOADS[load]
    short = count(session, sink, binaries, [*flags, f"--calls={calls}"], bridge_flags)
    long = count(session, sink, binaries, [*flags, f"--calls={calls * 3}"], bridge_flags)
    return difference(short, long)


def count(session, sink, binaries, flags, bridge_flags):
    """The instructions of a run by function, and how many events it published."""
    output = session.directory / "callgrind"
    bridge = Bridge(binaries, sink, ["--mqtt-ack-timeout=60s", *bridge_flags],
                    under=["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}"])
    try:
        values = session.load(bridge, DEADLINE, "--warm_up=0s", *flags, seconds=0.0)
    finally:
        # It writes its counts when it ends.
        bridge.stop()
    return {"events": values["all_events"], "recipients": values["recipients"],
            "functions": annotate(output)}


def annotate(path):
    text = subprocess.run(
        ["callgrind_annotate", "--threshold=100", "--auto=no", path],
        capture_output=True, text=True, check=True,
    ).stdout
    functions = {}
    for found in filter(None, map(LINE.match, text.splitlines())):
        key = (found[2], (found[3] or "").rsplit("/", 1)[-1])
        functions[key] = functions.get(key, 0) + int(found[1].replace(",", ""))
    return functions


def difference(short, long):
    events = long["events"] - short["events"]
    per_event = {
        key: (instructions - short["functions"].get(key, 0)) / events
        for key, instructions in long["functions"].items()
    }
    total = sum(per_event.values())
    most = sorted(per_event.items(), key=lambda entry: -entry[1])[:SHOWN_FUNCTIONS]
    return {
        "instructions": total,
        "instructions_per_publication": total / long["recipients"],
        "events": events,
        "functions": [
            {"function": function[:100], "library": library, "share": instructions / total}
            for (function, library), instructions in most
        ],
    }
