"""The sections of the report, each a table with what it is about."""

import re

from bench.report.targets import EVENTS, METRICS_LOADS, RATE, all_targets, is_met
from bench.report.text import number, section, spread, table

CPU = "server_cpu_us_per_publication"
OWN_CPU = "cpu_us_per_publication"


def targets(results):
    rows = []
    for target in all_targets():
        measured = target.figure(results)
        sign = "≥" if target.at_least else "≤"
        verdict = "–" if measured is None else "met" if is_met(target, measured) else "**missed**"
        rows.append([target.measure, f"{sign} {target.limit:g}{target.unit}",
                     spread(measured, target.unit), verdict])
    return section(
        "Targets",
        "Ratios are of two programs in the same round of the same run. Each figure is the median "
        "of the rounds, with the lowest and the highest.",
        table(["measure", "target", "measured", ""], rows), missed(results))


def missed(results):
    """What stands in the way of each target that was missed."""
    lines = []
    for target in all_targets():
        measured = target.figure(results)
        if measured is None or is_met(target, measured):
            continue
        short = (1 - measured.median / target.limit if target.at_least
                 else measured.median / target.limit - 1)
        why = target.limited_by or "Not yet explained."
        lines.append(f"- **{target.measure}**: {short:.0%} short. {why}")
    return "Missed:\n\n" + "\n".join(lines) if lines else ""


def rates(results, part, title, about, plot):
    part = results[part]
    if not part.cases():
        return None
    rows = [
        [case, spread(part.figure(case, RATE)),
         spread(part.figure(case, CPU) or part.figure(case, OWN_CPU))]
        for case in sorted(part.cases(), key=natural)
    ]
    return section(title, about, image(plot, title),
                   table(["program", "publications/s", "its CPU, µs each"], rows))


def natural(case):
    """Sorts 2 before 16."""
    return [int(piece) if piece.isdigit() else 0 for piece in re.split(r"(\d+)", case)], case


def image(plot, title):
    return f"![{title}](plots/{plot}.svg)" if plot else ""


def fanout(results):
    return rates(
        results, "fanout", "1,000 recipients",
        "8 callers of PublishMessage. limit: ready-made packets on 1 or 8 connections, and on 8 with "
        "a window that is filled in bursts of 16. bare: libmosquitto on 8 connections, 2 loops, no "
        "RPC. The sink is a broker that only acknowledges.", "fanout")


def calls(results):
    part = results["calls"]
    if not part.cases():
        return None
    rows = [[case, spread(part.figure(case, EVENTS)), spread(part.figure(case, "p50_ms")),
             spread(part.figure(case, "p99_ms"))] for case in ("echo", "unary", "stream", "batch")]
    return section(
        "2 recipients", "On the sink. echo and unary: 64 callers; stream: 4 streams with 250 events "
        "open; batch: 8 callers with 100 events a call. Latency is that of a call, or of an event "
        "of a stream.", image("calls", "Events per second with 2 recipients"),
        table(["", "events/s", "p50 ms", "p99 ms"], rows))


def keys(results):
    part = results["keys"]
    if not part.cases():
        return None
    rows = []
    for name in ("1,000 recipients", "unary", "batch"):
        plain, keyed = part.figure(name, EVENTS), part.figure(f"{name}, keyed", EVENTS)
        rows.append([name, spread(plain), spread(keyed), f"{keyed.median / plain.median:.2f}"])
    return section(
        "Idempotency keys", "On the sink, each event with a key of its own, beside none. 1,000 recipients: 8 "
        "callers; unary: 2 recipients, 64 callers; batch: 2 recipients, 8 callers with 100 events a call.",
        table(["events/s", "without", "with a key", "ratio"], rows))


def access(results):
    part = results["access"]
    if not part.cases():
        return None
    rows = [[case, spread(part.figure(case, EVENTS)), spread(part.figure(case, CPU)),
             spread(part.figure(case, "p50_ms"))] for case in part.cases()]
    return section(
        "TLS with callers, and their keys", "2 recipients on the sink; unary: 64 callers, batch: 8 "
        "callers with 100 events a call. The load speaks TLS on the same two cores, so the rate "
        "pays for both ends; the bridge's own part is its processor time.",
        table(["", "events/s", "CPU, µs a publication", "p50 ms"], rows))


def latencies(results):
    rows = []
    names = {"latency": "half of the maximum rate", "sparse": "one to two seconds apart",
             "neighbours": "400 a second"}
    for name, load in names.items():
        part = results[name]
        for case in part.cases():
            if case != "most":
                rows.append([load, case, spread(part.figure(case, "p50_ms")),
                             spread(part.figure(case, "p99_ms")),
                             spread(part.figure(case, "max_ms"))])
    if not rows:
        return None
    return section(
        "Latency with 2 recipients", "In milliseconds, from the time when the call was due, so that "
        "a stall shows in every call that it held up. mosquitto with set_tcp_nodelay, else its "
        "PUBACKs wait for the kernel's acknowledgements.", image("latency", "p99 with 2 recipients"),
        table(["calls", "", "p50", "p99", "max"], rows))


def large(results):
    rows = []
    two, scale = results["two-callers"], results["scale"]
    for case in two.cases():
        broker, callers = case.split()
        rows.append([f"10,000 recipients, callers: {callers}, on {broker}", spread(two.figure(case, "p50_ms")),
                     spread(two.figure(case, RATE)), spread(two.figure(case, CPU))])
    for case in scale.cases():
        rows.append([f"{int(case):,} recipients", spread(scale.figure(case, "p50_ms")),
                     spread(scale.figure(case, RATE)), spread(scale.figure(case, CPU))])
    if not rows:
        return None
    return section("Large events", "", table(
        ["", "ms, slowest of a round", "publications/s", "CPU, µs each"], rows))


def process(results):
    memory = results["memory"]
    if not memory.cases():
        return None
    run = memory.run("pending")
    return section(
        "Memory", f"{run['pending']:,} publications pending in {run['callers']} calls whose requests "
        f"have {number(run['request_bytes'] / 1048576)} MiB, on a broker that does not answer.",
        table(["", ""], [
            ["idle, VmRSS in MiB", spread(memory.figure("pending", "idle_mib"))],
            ["per pending publication beyond the requests, in bytes",
             spread(memory.figure("pending", "bytes_per_publication"))]]))


def token(results):
    part = results["token"]
    if not part.cases():
        return None
    rows = [[name, spread(part.figure("10,000 recipients", value))] for name, value in (
        ("encoding, in µs", "encode_us"), ("making it of sorted recipients, in µs", "make_sorted_us"),
        ("making it of shuffled ones, in µs", "make_shuffled_us"), ("reading it, in µs", "decode_us"),
        ("size, in bytes", "bytes"))]
    return section(
        "Resume tokens", "10,000 recipients, half of them acknowledged, at random. Only failed calls make "
        "one; to make one, recipients are sorted if they are not yet.", table(["", ""], rows))


def metrics(results):
    part = results["metrics"]
    rows = []
    for load in METRICS_LOADS:
        counted, uncounted = f"{load}, counted", f"{load}, uncounted"
        rows.append([load, *(spread(part.figure(f"{build}, instructions", "instructions"))
                             for build in (counted, uncounted)),
                     spread(part.ratio(counted, uncounted, CPU))])
    if not part.cases():
        return None
    return section(
        "Metrics", "On the sink. The other build counts nothing, and all else is the same. Processor "
        "time also has what neighbours on the machine do to it.",
        table(["", "instructions an event", "without counting", "processor time over without"],
              rows))


def traces(results):
    part = results["traces"]
    rows = [[load, number(run["off"]), f"{run['sampled_out']:.4f}", f"{run['one_percent']:.4f}",
             f"{run['traced']:.2f}"]
            for load in part.cases() for run in [part.run(load)]]
    if not rows:
        return None
    return section(
        "Traces", "Instructions on the sink, over those without `traces-endpoint`. One in a hundred is "
        "computed from all.",
        table(["", "instructions an event, without", "sampled out", "one in a hundred", "all"], rows))


def profile(results):
    part = results["profile"]
    pieces = []
    for case in part.cases():
        run = part.run(case)
        rows = [[f"`{entry['function']}`".replace("|", "\\|"), entry["library"],
                 f"{entry['share']:.1%}"] for entry in run["functions"]]
        pieces.append(
            f"**{case}**: {number(run['instructions'])} an event, "
            f"{number(run['instructions_per_publication'])} a publication.\n\n"
            + table(["function", "of", "own share"], rows))
    if not pieces:
        return None
    return section("Instructions", "In user mode, by callgrind, on the sink: a long run less a short "
                   "one. They hardly depend on what else the machine does.", *pieces)


def environment(results):
    parts = {name: facts for name, facts in results.environments().items() if facts}
    latest = max(parts.values(), key=lambda facts: facts["date"])
    facts = [
        ["CPU", latest["cpu"]], ["Memory", latest["memory"]], ["System", latest["system"]],
        ["Compiler", latest["compiler"]],
        ["Versions", ", ".join(f"{name} {version}" for name, version in latest["versions"].items())],
        ["Peers", peer_versions(results)],
    ]
    runs = [[name, facts["date"], facts["commit"], facts["rounds"],
             f"{facts['load_before']:.2f}", f"{facts['seconds']:.0f}"]
            for name, facts in sorted(parts.items())]
    return section(
        "Machine and runs", table(["", ""], facts),
        "Load average before a part: 0 if nothing else ran. Others' work lowers and blurs all rates.",
        table(["part", "when", "commit", "rounds", "load", "seconds"], runs))


def peer_versions(results):
    programs = {}
    for part in results["peers"], results["centrifugo"]:
        for case in part.cases():
            run = part.run(case)
            if "version" in run:
                programs[run["program"]] = run["version"]
    return ", ".join(f"{name} {version}" for name, version in sorted(programs.items())) or "–"
