"""The conformance cases of faults: all callers of a package at once, with one and two replicas.

DINO_BRIDGE is the server's program, DINO_GO_LOADS that of clients/go/internal/faultload.
"""

import json
import os
import pathlib
import time
from collections import Counter

import pytest
from go_loads import GoLoads
from ledger import Ledger, Subscriber
from loads import Loads
from programs import Stage, seconds

CASES = json.loads(
    pathlib.Path(__file__).parents[2].joinpath("conformance/faults.json").read_text()
)
COLUMNS = ("events", "repeated", "lost", "swapped", "copies_of_acknowledged", "copies", "late")
PACKAGES = {"python": Loads, "go": GoLoads}
MUST_BE_ZERO = ("lost", "swapped", "copies_of_acknowledged", "late", "gave_up")


@pytest.fixture(scope="module")
def table():
    """The counts of each case. Printed in the end, as docs/calling-it-safely.md has them."""
    rows = {}
    yield rows
    print()
    for (package, name, replicas), counts in rows.items():
        cells = [package, name, replicas, *(f"{counts[column]:,}" for column in COLUMNS)]
        print("| " + " | ".join(map(str, cells)) + " |")


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
@pytest.mark.parametrize("package", PACKAGES)
def test_case(package, case, replicas, tmp_path, table):
    timeout = seconds(case.get("timeout", "30s"))
    stage = Stage(tmp_path, os.environ["DINO_BRIDGE"], case, replicas)
    subscriber = Subscriber(stage.broker_port)
    try:
        loads = PACKAGES[package](stage, timeout, lambda: Ledger(timeout))
        time.sleep(0.5)
        for fault in case["faults"]:
            stage.inject(fault)
        time.sleep(0.5)
        loads.finish(timeout + 30)
        judged = {}
        for name, load in loads.loads.items():
            subscriber.wait_for(load.ledger.expected())
            lost_connections = sum("broker" in one["do"] for one in case["faults"])
            judged[name] = load.ledger.judge(subscriber, lost_connections)
            print(f"\n{name}: {dict(judged[name])} {dict(load.ledger.observer.by_reason)}")
    finally:
        subscriber.close()
        stage.end()
    table[package, case["name"], replicas] = sum(judged.values(), Counter())
    for name, counts in judged.items():
        assert counts["events"] > 0
        assert {one: counts[one] for one in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0), name
