"""An oracle that is wrong in one place disagrees with the bridge: the generated requests reach that
place, and the comparison notices."""

import re

import pytest
from conftest import ALL_LIMITS
from hypothesis import Phase, given, seed, settings

import event_json
import rules
from agreement import Disagreement, check
from calls import calls

ENOUGH = 1500
WRITABLE = rules.writable


def nothing(*_):
    return ()


# Each: the RPC whose requests must reveal it, the module and the name of what is replaced, and the
# replacement.
WRONG = {
    "a UUID of any length": ("PublishRead", rules, "UUID", re.compile("[0-9a-fA-F-]*")),
    "2^53 as an ID": ("PublishLeave", rules, "LARGEST_USER_ID", 2**53),
    "any year": ("PublishLeave", rules, "LATEST_SECOND", 2**63),
    "any expiry": ("PublishRead", rules, "LONGEST_EXPIRY", 2**63),
    "any key": ("PublishRead", rules, "IDEMPOTENCY_KEY", re.compile("(?s).*")),
    "any type": ("PublishEdit", rules, "NAME_OF_KIND", re.compile("[^A-Z]+")),
    "any file": ("PublishAttachment", rules, "file_id", nothing),
    "any topic": ("PublishCustom", rules, "topic", nothing),
    "typed custom events": ("PublishCustom", rules, "TYPED", set()),
    "any overlay": ("PublishCustom", rules, "overlays", nothing),
    "nothing is null": (
        "PublishCustom",
        rules,
        "writable",
        lambda value: value.WhichOneof("kind") is None or WRITABLE(value),
    ),
    "all is UTF-8": ("PublishMessage", rules, "not_utf8", nothing),
    "recipients that count often": (
        "PublishMessage",
        rules,
        "distinct",
        lambda rule, field, values, most: rules.in_the_json(
            rule, field, values, rules.Limits(max_recipients=most)
        ),
    ),
    "joiners that count once": (
        "PublishJoin",
        rules,
        "in_the_json",
        lambda rule, field, values, limits: rules.distinct(
            rule, field, values, limits.max_recipients
        ),
    ),
    "sizes in protobuf": ("PublishCustom", rules, "json_size", lambda data: data.ByteSize()),
    "times without decimals": ("PublishRead", event_json, "time", lambda time: str(time.seconds)),
    "escapes in lower case": ("PublishMessage", event_json, "ESCAPES", {}),
    "Python's numbers": ("PublishCustom", event_json, "number", repr),
    "members as they come": (
        "PublishCustom",
        event_json,
        "members",
        lambda data: [
            event_json.text(key) + ":" + event_json.value(data.fields[key])
            for key in sorted(data.fields, reverse=True)
        ],
    ),
    "reserved names": ("PublishEdit", rules, "RESERVED_PROPERTY", re.compile("dino")),
    "values with controls": ("PublishEdit", rules, "advisable", lambda character: True),
    "repeated recipients": (
        "PublishEdit",
        event_json,
        "recipients",
        lambda rpc, request: [*request.user_ids, *request.user_ids[:1]],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_oracle_is_noticed(callers, monkeypatch, name):
    rpc, module, attribute, instead = WRONG[name]
    monkeypatch.setattr(module, attribute, instead)

    @seed(1)
    @settings(max_examples=ENOUGH, phases=[Phase.generate])
    @given(calls(rpc, ALL_LIMITS["small"]))
    def agrees(call):
        check(callers["small"], ALL_LIMITS["small"], call)

    with pytest.raises(Disagreement):
        agrees()
