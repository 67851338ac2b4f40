"""kill -9 of each part, once: a short form of kills.py."""

import contextlib
import os
import pathlib
import random
import tempfile

from kills import KINDS, MUST_BE_ZERO, run_with_kills
from plant import Plant

EVENTS = 2000


def test_nothing_is_lost_doubled_or_swapped():
    with tempfile.TemporaryDirectory(prefix="dino-kills-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        plant = Plant(folder, os.environ["DINO_BRIDGE"], workers=2, lanes=50, fsync=False)
        with contextlib.closing(plant):
            counts = run_with_kills(plant, EVENTS, KINDS, random.Random(1), plant.writer_names())

    assert {name: counts[name] for name in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0), counts
    assert counts["events"] == EVENTS
