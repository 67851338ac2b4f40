"""The running bridge does with generated requests what the contract says."""

import os

import pytest
from conftest import ALL_LIMITS
from hypothesis import given, seed, settings

from agreement import check
from calls import RPCS, calls

EXAMPLES = int(os.environ["ORACLE_EXAMPLES"])
SEED = int(os.environ["ORACLE_SEED"])

# Custom events have the most rules, so they get the most examples. With the default limits, long
# lists and texts take time, so those get few.
SHARES = {
    (rpc, name): (4 if name == "small" else 1) * (4 if rpc == "PublishCustom" else 1)
    for rpc in RPCS
    for name in ALL_LIMITS
}


def examples_of(part):
    """Whole numbers that add up to EXAMPLES."""
    parts = list(SHARES)
    before = sum(SHARES[one] for one in parts[: parts.index(part)])
    whole = sum(SHARES.values())
    return EXAMPLES * (before + SHARES[part]) // whole - EXAMPLES * before // whole


@pytest.mark.parametrize("rpc,name", SHARES)
def test_the_bridge_agrees(callers, rpc, name):
    examples = max(1, examples_of((rpc, name)))
    broken = []

    @seed(SEED)
    @settings(max_examples=examples)
    @given(calls(rpc, ALL_LIMITS[name]))
    def agrees(call):
        broken.append(check(callers[name], ALL_LIMITS[name], call) > 0)

    agrees()
    # The comparison shows little if nearly all requests are valid, or nearly all broken.
    if examples >= 100:
        assert 0.1 < sum(broken) / len(broken) < 0.9
    print(f"{len(broken)} requests, {sum(broken)} of them broken")
