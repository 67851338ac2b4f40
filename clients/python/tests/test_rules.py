"""The fake publisher's rules agree with those that the server is tested by."""

import os
import pathlib
import sys
from collections import Counter

import pytest
from google.protobuf.descriptor import FieldDescriptor
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from dino_events import Event
from dino_events._rules import violations

ORACLE = pathlib.Path(__file__).parents[3] / "tests/oracle"
sys.path.insert(0, str(ORACLE))
if not hasattr(FieldDescriptor, "is_repeated"):
    pytest.skip("the oracle needs a newer protobuf", allow_module_level=True)
calls = pytest.importorskip("calls")
rules = pytest.importorskip("rules")
wire = pytest.importorskip("wire")

EXAMPLES = int(os.environ.get("RULES_EXAMPLES", "100"))
LIMITS = [rules.Limits(max_recipients=6, max_payload_bytes=200), rules.Limits()]
REQUESTS = st.sampled_from(LIMITS).flatmap(
    lambda limits: st.sampled_from(calls.RPCS).flatmap(
        lambda rpc: st.tuples(st.just(limits), calls.calls(rpc, limits))
    )
)


@seed(1)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(REQUESTS)
def test_the_verdict_is_the_same(example):
    limits, call = example
    if list(wire.not_utf8(call.request)):
        return  # Python has no such text.
    expected = Counter(field for field, _ in rules.violations(call.rpc, call.request, limits))
    found = violations(Event.of(call.request), limits.max_recipients, limits.max_payload_bytes)

    assert Counter(one.field for one in found) == expected
