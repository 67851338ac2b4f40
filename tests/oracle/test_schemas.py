"""The JSON Schemas in docs/schemas take every event of the running bridge, and no broken one."""

import copy
import json
import os
import pathlib

import jsonschema_rs
import pytest
from hypothesis import given, seed, settings

import event_json
from calls import RPCS, valid_calls
from conftest import ALL_LIMITS
from mutations import TYPED, mutants

ROOT = pathlib.Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "support" / "golden"
# Five times as many as the requests that are compared: these are all valid, and published in batches.
EVENTS = 5 * int(os.environ["ORACLE_EXAMPLES"])
SEED = int(os.environ["ORACLE_SEED"])
BROKEN_OF_A_KIND = 10
BATCHES_OF_A_KIND = 9
KINDS = [*TYPED, "custom"]


def schema(name):
    return json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())


SCHEMAS = {name: schema(name) for name in [*KINDS, "any"]}
VALIDATORS = {name: jsonschema_rs.validator_for(one) for name, one in SCHEMAS.items()}


def kind_of(event):
    return event["event_type"] if event["event_type"] in TYPED else "custom"


def golden_events():
    return [json.loads(path.read_text()) for path in sorted(GOLDEN.glob("*.event.json"))]


def check(payload):
    """Raises what is wrong with it."""
    event = json.loads(payload)
    VALIDATORS[kind_of(event)].validate(event)
    VALIDATORS["any"].validate(event)
    return event


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_one_of_2020_12(name):
    assert SCHEMAS[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(SCHEMAS[name])


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.event.json")), ids=lambda path: path.name)
def test_golden_event(path):
    check(path.read_text())


@pytest.mark.parametrize("rpc", RPCS)
def test_events_of_the_running_bridge(callers, rpc):
    limits = ALL_LIMITS["small"]
    received = []

    @seed(SEED)
    # The first one that Hypothesis makes is all of its simplest values.
    @settings(max_examples=BATCHES_OF_A_KIND + 1)
    @given(valid_calls(rpc, limits, EVENTS // len(RPCS) // BATCHES_OF_A_KIND + 1))
    def all_are_valid(batch):
        payloads = callers["small"].publish(batch)
        received.extend(check(payload) for payload in payloads)

    all_are_valid()
    kind = event_json.EVENTS[rpc][1] if rpc in event_json.EVENTS else "custom"
    assert {kind_of(event) for event in received} == {kind}
    assert len(received) >= EVENTS / len(RPCS)
    broken = sum(refuse_mutants(event) for event in received[:: len(received) // BROKEN_OF_A_KIND])
    assert broken > BROKEN_OF_A_KIND
    print(f"{len(received)} events, {broken} broken ones")


def refuse_mutants(event):
    """How many there are."""
    found = list(mutants(event))
    for mutant in found:
        assert not VALIDATORS[kind_of(event)].is_valid(mutant), mutant
        # With another type's name it may be right as an event of that type.
        if not isinstance(mutant, dict) or mutant.get("event_type") == event["event_type"]:
            assert not VALIDATORS["any"].is_valid(mutant), mutant
    return len(found)


def test_broken_events_are_refused():
    broken = sum(map(refuse_mutants, golden_events()))
    assert broken >= 1000
    print(f"{broken} broken events")


def weaker(schema):
    """The schema without one of its rules, for each of them."""
    for path in rules_of(schema, []):
        copied = copy.deepcopy(schema)
        holder = copied
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        yield path, copied


def rules_of(node, path):
    if isinstance(node, list):
        if path[-1] == "required":
            yield from ([*path, index] for index in range(len(node)))
        return
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in ("$schema", "title", "description"):
            continue
        # The names of properties are no rules, and a condition is none without what follows.
        if key != "properties" and path[-1:] != ["properties"] and key != "if":
            yield [*path, key]
        if key not in ("if", "not"):
            yield from rules_of(value, [*path, key])


@pytest.mark.parametrize("kind", KINDS)
def test_each_rule_of_a_schema_refuses_something(kind):
    events = [event for event in golden_events() if kind_of(event) == kind]
    broken = [mutant for event in events for mutant in mutants(event)]
    for path, schema in weaker(SCHEMAS[kind]):
        taken = jsonschema_rs.validator_for(schema).is_valid
        assert any(map(taken, broken)), f"no broken event needs {path}"


def test_keys_that_a_newer_bridge_adds_are_taken():
    for event in golden_events():
        check(json.dumps(event | {"later": {"any": ["thing"]}}))
