"""Which charts the report has."""

from bench.report.plot import Bar, bar_chart
from bench.report.targets import EVENTS, RATE


def by_broker(results, part, title):
    part = results[part]

    def bars(broker):
        cases = [case for case in part.cases() if case.startswith(broker + " ")]
        # What takes the sink's whole speed would make all else too short to see.
        cases = [case for case in cases if case != "sink limit-8"]
        bars = [Bar(case.split(" ", 1)[1], part.figure(case, RATE), case.endswith(" bridge"))
                for case in cases]
        return sorted(bars, key=lambda bar: -bar.figure.median)

    return bar_chart(title, [(f"on {broker}", bars(broker)) for broker in ("mosquitto", "sink")])


def calls(results):
    part = results["calls"]
    return bar_chart("Events per second with 2 recipients", [("", [
        Bar(case, part.figure(case, EVENTS), case != "echo")
        for case in ("echo", "unary", "stream", "batch")])])


def latency(results):
    groups = [("half of the maximum rate", "latency", ["echo", "bridge"]),
              ("one to two seconds apart", "sparse", ["echo", "bridge"]),
              ("400 a second", "neighbours", results["neighbours"].cases())]
    return bar_chart("p99 in milliseconds with 2 recipients", [
        (name, [Bar(case, results[part].figure(case, "p99_ms"), case != "echo") for case in cases])
        for name, part, cases in groups])


def sessions(results):
    part = results["sessions"]
    return bar_chart("Publications per second on mosquitto by sessions", [("", [
        Bar(f"{case} sessions", part.figure(case, RATE), True)
        for case in sorted(part.cases(), key=int)])])


def centrifugo(results):
    part = results["centrifugo"]
    return bar_chart("Publications per second with 10,000 recipients", [("", [
        Bar(case, part.figure(case, RATE), case != "centrifugo") for case in sorted(part.cases())])])


def all_plots(results):
    """The charts by name; those whose part was not run are left out."""
    charts = {
        "fanout": by_broker(results, "fanout", "Publications per second with 1,000 recipients"),
        "peers": by_broker(results, "peers", "Publications per second, one event to 1,000 topics"),
        "centrifugo": centrifugo(results),
        "calls": calls(results),
        "latency": latency(results),
        "sessions": sessions(results),
    }
    return {name: chart for name, chart in charts.items() if chart}
