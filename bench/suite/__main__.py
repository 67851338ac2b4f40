"""Measures, part by part. bench/run.sh has built and installed what this needs."""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from bench.suite import parts
from bench.suite.processes import ProgramError
from bench.suite.session import Session, say

QUICK_SCALE = 0.25


def parse_options():
    parser = argparse.ArgumentParser(prog="bench/run.sh")
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--uncounted", type=Path, required=True, help="a build without metrics")
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    options.scale = QUICK_SCALE if options.quick else 1.0
    if options.quick:
        options.rounds = 1
    options.repository = Path(__file__).resolve().parents[2]
    return options


def chosen(options):
    by_name = {part.name: part for part in parts.ALL}
    unknown = [name for name in options.parts if name not in by_name]
    if unknown:
        raise ProgramError(f"there is no part {', '.join(unknown)}; --list shows all")
    names = options.parts or [part.name for part in parts.ALL if part.when == parts.ALWAYS]
    if options.profile:
        names += [part.name for part in parts.ALL if part.when == parts.WITH_PROFILE]
    return [by_name[name] for name in dict.fromkeys(names)]


def measure(options):
    wanted = chosen(options)
    for number, part in enumerate(wanted, 1):
        say(f"[{number}/{len(wanted)}] {part.name}: {part.what}")
        began = time.monotonic()
        with Session(part.name, options) as session:
            part.run(session)
            session.save()
        say(f"[{number}/{len(wanted)}] {part.name}: {time.monotonic() - began:.0f} s")


def main():
    options = parse_options()
    if options.list:
        for part in parts.ALL:
            note = "" if part.when == parts.ALWAYS else f" ({part.when})"
            print(f"{part.name:12} {part.seconds:4} s  {part.what}{note}")
        return 0
    # As Ctrl-C does, so that what was started is ended.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Debian keeps the broker where only root's PATH looks.
    os.environ["PATH"] += ":/usr/sbin"
    try:
        measure(options)
    except ProgramError as error:
        say(f"bench/run.sh: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


sys.exit(main())
