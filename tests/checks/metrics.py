#!/usr/bin/env python3
"""Keeps the reference of metrics in docs/monitoring.md.

usage: tests/checks/metrics.py --check | --write | --release [--bridge PROGRAM]

Starts dino-bridge (default: build/release/bin/dino-bridge) on loopback, without a broker, and reads
/metrics: names, types, labels, their values and what each means. Which alerts look at a metric comes
from the chart's rules. --check compares it with the document, and fails if a metric of the last release
(tests/checks/released/metrics.txt) is gone, is of another type or lacks a label. --write renews the
document, --release what the last release has.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

from reference import ROOT, Reference, arguments, cell

ALERTS = ROOT / "helm/dino-bridge/files/alerts.yaml"
# Labels whose values depend on who runs it, are those of the event JSON, or gRPC's own.
OPEN_LABELS = {"broker", "caller", "event_type", "file", "version"}
PATIENCE_SECONDS = 60

Metric = collections.namedtuple("Metric", "name kind help labels")


def files_for_all_series(folder):
    """Flags for a caller and a certificate, which have series of their own."""
    keys, certificate, key = folder / "keys.json", folder / "cert.pem", folder / "key.pem"
    keys.write_text(json.dumps({"callers": [{"name": "chat", "sha256": ["0" * 64]}]}))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost",
         "-days", "30", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    return [f"--auth-keys-file={keys}", f"--tls-cert-file={certificate}", f"--tls-key-file={key}"]


def read_metrics(bridge):
    """What a server without a broker shows at /metrics."""
    with tempfile.TemporaryDirectory() as folder:
        command = [bridge, "--grpc-address=127.0.0.1:0", "--ops-address=127.0.0.1:0",
                   "--mqtt-brokers=127.0.0.1:1", "--log-format=json", "--drain-timeout=1s",
                   *files_for_all_series(pathlib.Path(folder))]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            said = ""
            try:
                for line in process.stderr:
                    said += line
                    address = re.search('"ops_address": *"([^"]+)"', line)
                    if address:
                        url = f"http://{address[1]}/metrics"
                        with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:
                            return answer.read().decode()
                raise SystemExit(f"error: {bridge} does not start:\n{said}")
            finally:
                process.terminate()
                process.communicate()


def parse(text):
    """The metrics in Prometheus' text format, in the order in which they stand there."""
    helps = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE))
    metrics = {name: Metric(name, kind, helps[name], {})
               for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)}
    for series, labels in re.findall(r"^(\w+)\{(.*)\} \S+$", text, re.MULTILINE):
        metric = metrics.get(series) or metrics[re.sub(r"_(bucket|sum|count)$", "", series)]
        for label, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels):
            if label != "le":
                metric.labels.setdefault(label, {})[value] = None
    return list(metrics.values())


def alerts_by_metric(names):
    """The alerts that look at each metric, also through recorded ones."""
    looks_at = {}
    rules = re.split(r"^ *- (?=alert:|record:)", ALERTS.read_text(), flags=re.MULTILINE)[1:]
    found = collections.defaultdict(list)
    for rule in rules:
        kind, name = re.match(r"(\w+): (\S+)", rule).groups()
        expression = re.search(r"expr:(.*?)(^ *(for|labels):|\Z)", rule, re.DOTALL | re.MULTILINE)[1]
        seen = set()
        for word in re.findall(r"[a-z_]+(?::[a-z_0-9]+)*", expression):
            base = re.sub(r"_(bucket|sum|count)$", "", word)
            seen |= looks_at.get(word, {word} & names or {base} & names)
        if kind == "record":
            looks_at[name] = seen
        else:
            for metric in seen:
                found[metric].append(name)
    return found


def link(alert):
    # Those of one kind share a section; see tests/chart/alerts_test.go.
    section = alert if alert == "DinoBridgeSlow" else re.sub("(Soon|Fast|Slow)$", "", alert)
    return f"[{section.removeprefix('DinoBridge')}](operations.md#{section.lower()})"


def code(names):
    return ", ".join(f"`{name}`" for name in names)


def reference(metrics):
    alerts = alerts_by_metric({metric.name for metric in metrics})
    lines = ["", "| metric | type | labels | what | alerts |", "|---|---|---|---|---|"]
    for metric in metrics:
        links = ", ".join(dict.fromkeys(link(alert) for alert in alerts[metric.name]))
        lines.append(f"| `{metric.name}` | {metric.kind} | {code(metric.labels)} | "
                     f"{cell(metric.help)} | {links} |")
    lines += ["", "The values of labels:", "", "| metric | label | values |", "|---|---|---|"]
    for metric in metrics:
        for label, values in metric.labels.items():
            if label not in OPEN_LABELS and not metric.name.startswith("grpc_"):
                lines.append(f"| `{metric.name}` | `{label}` | {code(values)} |")
    return "\n".join(lines) + "\n\n"


def facts(metrics):
    return [[metric.name, metric.kind, *metric.labels] for metric in metrics]


def main(given):
    how, bridge = arguments(__doc__, given)
    metrics = parse(read_metrics(bridge))
    Reference("metrics", ROOT / "docs/monitoring.md").run(how, reference(metrics), facts(metrics))


if __name__ == "__main__":
    main(sys.argv[1:])
