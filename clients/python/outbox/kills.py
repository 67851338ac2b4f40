#!/usr/bin/env python3
"""The outbox under kill -9 of workers, bridges, broker and database.

  kills.py --bridge PROGRAM [--events 100000] [--workers 3] [--kills 30] [--go-writer PROGRAM]

First, without kills, how fast a backlog is published: events a second, and the processor time of
each part. Then writers and kills side by side, and what was lost, doubled or swapped. The exit
status is 0 only if nothing was.
"""

import argparse
import contextlib
import json
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "faults"))

from plant import KINDS, Plant

MUST_BE_ZERO = ("unpublished", "lost", "doubled", "swapped", "ghosts")


def measure_rate(plant, events):
    """Publishes a backlog. Returns events a second and processor seconds of each part."""
    plant.write(events, ["backlog"])
    plant.wait_for_writers()
    before = plant.processor_seconds()
    began = time.monotonic()
    with plant.workers():
        while plant.unpublished():
            time.sleep(0.2)
        took = time.monotonic() - began
        used = {
            name: round(seconds - before.get(name, 0), 1)
            for name, seconds in plant.processor_seconds().items()
        }
    return {"events": events, "seconds": round(took, 1), "rate": round(events / took)}, used


def run_with_kills(plant, events, kinds, chance, writers):
    """Writes events and kills what `kinds` names, one after the other. Returns the counts."""
    with plant.workers():
        plant.write(events, writers)
        for kind in kinds:
            time.sleep(chance.uniform(0.2, 1.5))
            plant.kill(kind, chance)
        plant.wait_for_writers()
        plant.wait_until_published()
    return plant.judge()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--lanes", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--go-writer")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(given.kills)]
    chance.shuffle(kinds)
    with tempfile.TemporaryDirectory(prefix="dino-kills-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        plant = Plant(folder, given.bridge, given.workers, given.lanes, go_writer=given.go_writer)
        with contextlib.closing(plant):
            rate, used = measure_rate(plant, given.events)
            print(json.dumps({**rate, "processor_seconds": used}), flush=True)
            counts = run_with_kills(plant, given.events, kinds, chance, plant.writer_names())
            print(json.dumps(counts), flush=True)
    return int(any(counts[name] for name in MUST_BE_ZERO))


if __name__ == "__main__":
    sys.exit(main())
