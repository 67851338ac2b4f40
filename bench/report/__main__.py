"""Writes the report from what the parts have left behind; measures nothing."""

import argparse
import sys
from pathlib import Path

from bench.report import plots, sections
from bench.report.results import Results

HEAD = """\
# Benchmark results

Written by `bench/run.sh`. Broker, service and load share one machine over loopback: rates change with
the machine, so compare only within a run. QoS 1, events of 300 bytes. All rates count publications that
the broker has acknowledged. The bridge is linked with jemalloc; echo, limit and bare programs, sink and peers
have the allocator that they come with. A run waits until others use less than 0.2 cores; † marks a figure with
runs for which they did not."""


def compose(results):
    all_sections = [
        sections.targets(results),
        sections.environment(results),
        sections.fanout(results),
        sections.calls(results),
        sections.keys(results),
        sections.access(results),
        sections.latencies(results),
        sections.large(results),
        sections.rates(results, "sessions", "Sessions",
                       "1,000 recipients on mosquitto, over as many sessions.", "sessions"),
        sections.rates(results, "tls", "TLS to the broker", "1,000 recipients on mosquitto.", None),
        sections.rates(results, "peers", "Peers",
                       "One event to 1,000 topics, 8 events at a time, every acknowledgement "
                       "awaited; see [peers](peers/README.md).", "peers"),
        sections.rates(results, "centrifugo", "Centrifugo",
                       "10,000 recipients, 8 callers. Centrifugo waits for no broker: it publishes "
                       "to its own memory.", "centrifugo"),
        sections.process(results),
        sections.token(results),
        sections.metrics(results),
        sections.traces(results),
        sections.profile(results),
    ]
    return "\n\n".join([HEAD, *filter(None, all_sections)]) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=Path, required=True, help="the directory with the lines")
    parser.add_argument("--output", type=Path, required=True, help="the report; plots go beside it")
    options = parser.parse_args()
    if not any(options.results.glob("*.jsonl")):
        print("bench/run.sh: nothing was measured yet", file=sys.stderr)
        return 1
    results = Results(options.results)
    directory = options.output.parent / "plots"
    directory.mkdir(parents=True, exist_ok=True)
    for name, chart in plots.all_plots(results).items():
        (directory / f"{name}.svg").write_text(chart)
    options.output.write_text(compose(results))
    return 0


sys.exit(main())
