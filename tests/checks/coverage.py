"""Reads llvm-cov's summary and prints what the tests reach of server/; fails if that is too little."""

import json
import sys
from collections import defaultdict

LIMITS = {"lines": 95, "branches": 85}
# How many files with large gaps are named.
GAPS = 20


class Reached:
    """How many lines and branches there are, and how many were reached."""

    def __init__(self):
        self.count = dict.fromkeys(LIMITS, 0)
        self.covered = dict.fromkeys(LIMITS, 0)

    def add(self, summary):
        for what in LIMITS:
            self.count[what] += summary[what]["count"]
            self.covered[what] += summary[what]["covered"]

    def percent(self, what):
        return 100 * self.covered[what] / self.count[what] if self.count[what] else 100

    def missed(self, what):
        return self.count[what] - self.covered[what]

    def row(self, name):
        cells = "".join(f"{self.percent(what):8.1f} % {self.missed(what):6} missed"
                        for what in LIMITS)
        return f"{name:44}{cells}"


def main():
    files = {entry["filename"].split("/server/", 1)[1]: entry["summary"]
             for entry in json.load(sys.stdin)["data"][0]["files"]
             if "/server/" in entry["filename"]}
    if not files:
        print("error: nothing of server/ was reached", file=sys.stderr)
        return 1
    folders, all_files, each = defaultdict(Reached), Reached(), {}
    for name, summary in files.items():
        each[name] = Reached()
        for reached in folders[name.split("/", 1)[0]], all_files, each[name]:
            reached.add(summary)
    print(f"{'':44}{'lines':>19}{'branches':>24}")
    for name, reached in sorted(folders.items()):
        print(reached.row(name))
    print(all_files.row("all"), end="\n\n")
    by_gap = sorted(each, key=lambda name: -each[name].missed("lines"))
    for name in by_gap[:GAPS]:
        print(each[name].row(name))
    below = [f"{all_files.percent(what):.1f} % of {what}, less than {limit} %"
             for what, limit in LIMITS.items() if all_files.percent(what) < limit]
    for text in below:
        print(f"error: {text}", file=sys.stderr)
    return 1 if below else 0


sys.exit(main())
