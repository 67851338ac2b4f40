"""Writes generated requests, and what the oracle says of them, for tests in other languages.

    python verdicts.py EXAMPLES SEED

Each line is a JSON object: the kind of event, the bytes of its request as base64, the limits, and
the fields that break a rule, each once for each rule that it breaks.
"""

import base64
import json
import sys

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from calls import RPCS, calls
from event_json import EVENTS
from rules import Limits, violations
from wire import not_utf8

# The small ones are broken more often.
LIMITS = [Limits(max_recipients=6, max_payload_bytes=200), Limits()]
KINDS = {rpc: EVENTS[rpc][1] if rpc in EVENTS else "custom" for rpc in RPCS}


def line(limits, call):
    return json.dumps(
        {
            "kind": KINDS[call.rpc],
            "request": base64.b64encode(call.request.SerializeToString()).decode(),
            "max_recipients": limits.max_recipients,
            "max_payload_bytes": limits.max_payload_bytes,
            "violations": [field for field, _ in violations(call.rpc, call.request, limits)],
        }
    )


def write(examples, number, limits):
    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(RPCS).flatmap(lambda rpc: calls(rpc, limits)))
    def each(call):
        if not list(not_utf8(call.request)):  # No message can hold such text.
            print(line(limits, call))

    each()


if __name__ == "__main__":
    for one in LIMITS:
        write(int(sys.argv[1]) // len(LIMITS), int(sys.argv[2]), one)
