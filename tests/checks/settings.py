#!/usr/bin/env python3
"""Keeps the reference of settings in docs/settings.md.

usage: tests/checks/settings.py --check | --write | --release [--bridge PROGRAM]

Reads the help of dino-bridge (default: build/release/bin/dino-bridge). --check compares it with the
document, and fails if a setting of the last release (tests/checks/released/settings.txt) is gone or has
another default. --write renews the document, --release what the last release has.
"""

import collections
import re
import subprocess
import sys

from reference import ROOT, Reference, arguments, cell

Setting = collections.namedtuple("Setting", "name purpose takes default")


def parse(text):
    """The settings in the help, in its order."""
    found = []
    for entry in re.split(r"\n\n(?=  --)", text)[1:]:
        head, *lines = entry.split("\n\n")[0].splitlines()
        name = re.fullmatch(r"  --([a-z0-9-]+)  DINO_[A-Z0-9_]+", head)
        if name:
            words = " ".join(line.strip() for line in lines)
            purpose, takes, default = re.fullmatch(r"(.*) Must be (.*)\. Default: (.*)", words).groups()
            found.append(Setting(name[1], purpose, takes, default))
    return found


def reference(settings):
    lines = ["", "| setting | default | what it is | takes |", "|---|---|---|---|"]
    for one in settings:
        default = one.default if one.default == "none" else f"`{one.default}`"
        lines.append(f"| `{one.name}` | {default} | {cell(one.purpose)} | {cell(one.takes)} |")
    return "\n".join(lines) + "\n\n"


def facts(settings):
    return [[one.name, one.default] for one in settings]


def main(given):
    how, bridge = arguments(__doc__, given)
    told = subprocess.run([bridge, "--help"], check=True, capture_output=True, text=True).stdout
    settings = parse(told)
    if len(settings) != told.count("\n      Default: "):
        raise SystemExit("error: tests/checks/settings.py cannot read all of --help")
    Reference("settings", ROOT / "docs/settings.md").run(how, reference(settings), facts(settings))


if __name__ == "__main__":
    main(sys.argv[1:])
