"""Mutates server/FOLDER one place at a time and counts the mutants its unit tests kill."""

import argparse
import collections
import os
import pathlib
import random
import re
import sys

from program import KILLED, SURVIVED, Program

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def excused():
    """(file, change) of each survivor that is listed with its reason."""
    listed = set()
    lines = (HERE / "survivors.txt").read_text().splitlines()
    for line in lines:
        entry = re.fullmatch(r"(server/[^:]+): (.+)", line)
        if entry:
            listed.add(entry.groups())
    return listed


def sample_of(program, options):
    numbers = [n for n, mutant in enumerate(program.mutants, 1)
               if options.only in str(mutant)]
    if options.sample:
        numbers = random.Random(options.seed).sample(numbers, min(options.sample, len(numbers)))
    # Those without their own build come first.
    return sorted(numbers, key=lambda n: (n in program.slow, n))


def check(program, options):
    known = excused()
    tally = collections.Counter()
    numbers = sample_of(program, options)
    for number, result in zip(numbers, program.pool.map(program.test, numbers)):
        tally[result] += 1
        if result != SURVIVED:
            continue
        mutant = program.mutants[number - 1]
        listed = (mutant.path, f"{mutant.before} -> {mutant.after}") in known
        tally["unlisted"] += not listed
        print(f"{'listed' if listed else 'SURVIVED'} {mutant}", flush=True)
    counted = tally[KILLED] + tally[SURVIVED]
    print(f"{program.folder}: {tally[KILLED]} of {counted} killed "
          f"({100 * tally[KILLED] / max(counted, 1):.1f} %), "
          f"{tally['unlisted']} survivors not listed", flush=True)
    return tally["unlisted"] == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--sample", type=int, help="only so many mutants of each folder")
    parser.add_argument("--only", default="", metavar="TEXT",
                        help="only mutants with this in `file:line: before -> after`")
    parser.add_argument("--seed", type=int, default=1, help="chooses the sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "dev")
    options = parser.parse_args()
    good = True
    for folder in options.folders:
        program = Program(ROOT, options.build, folder, options.jobs)
        program.prepare()
        good = check(program, options) and good
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
