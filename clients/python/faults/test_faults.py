"""The conformance cases of faults: all callers at once, with one and two replicas."""

import json
import os
import pathlib
import time

import pytest
from ledger import Ledger, Subscriber
from loads import Loads
from programs import Stage, seconds

CASES = json.loads(
    pathlib.Path(__file__).parents[2].joinpath("conformance/faults.json").read_text()
)
MUST_BE_ZERO = ("lost", "swapped", "copies_of_acknowledged", "late", "gave_up")


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case, replicas, tmp_path, record_property):
    timeout = seconds(case.get("timeout", "30s"))
    stage = Stage(tmp_path, os.environ["DINO_BRIDGE"], case, replicas)
    subscriber = Subscriber(stage.broker_port)
    try:
        loads = Loads(stage, timeout, lambda: Ledger(timeout))
        time.sleep(0.5)
        for fault in case["faults"]:
            stage.inject(fault)
        time.sleep(0.5)
        loads.finish(timeout + 30)
        table = {}
        for name, load in loads.loads.items():
            subscriber.wait_for(load.ledger.expected())
            lost_connections = sum("broker" in one["do"] for one in case["faults"])
            table[name] = load.ledger.judge(subscriber, lost_connections)
            print(f"\n{case['name']} | {replicas} | {name} | {dict(table[name])}")
            print("   ", dict(load.ledger.observer.by_reason))
    finally:
        subscriber.close()
        stage.end()
    for name, counts in table.items():
        assert counts["events"] > 0
        assert {one: counts[one] for one in MUST_BE_ZERO} == dict.fromkeys(MUST_BE_ZERO, 0), name
