"""Event JSON with one mistake: each breaks a rule that the contract states for subscribers."""

import copy

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
WRONG_UUIDS = [
    "", "x", GROUP[:-1], GROUP + "0", GROUP + "\n", "{" + GROUP + "}", GROUP.replace("-", ""),
    GROUP.replace("-", "_"), "g" + GROUP[1:], " " + GROUP[1:], "urn:uuid:" + GROUP, 7, None, [GROUP],
]  # fmt: skip
WRONG_USERS = [0, -1, 2**53, 1.5, "1", None, True, [1], {}]
WRONG_TIMES = [-1, -0.000001, 253402300801.0, "1597877384.5", "2020-08-19T22:49:44Z", None, [1.5]]
WRONG_TYPE_NAMES = ["", "Text", "a b", "a.b", "é", "a\n", "\na", "z" * 65, 1, None, ["text"]]
WRONG_FILES = ["", "x" * 256, 1, False, ["f"], {}]
WRONG_TEXTS = [1, None, False, ["x"], {"text": "x"}]
NO_LISTS = [None, 1, "1234", {"0": 1}]

# By key: values that it must never have, and for lists those that no entry may have.
WRONG = {
    "group_id": WRONG_UUIDS,
    "message_id": WRONG_UUIDS,
    "user_id": WRONG_USERS,
    "sender_id": WRONG_USERS,
    "owner_id": WRONG_USERS,
    "created_at": WRONG_TIMES,
    "updated_at": WRONG_TIMES,
    "last_message_time": WRONG_TIMES,
    "read_at": WRONG_TIMES,
    "message_type": WRONG_TYPE_NAMES,
    "file_id": WRONG_FILES,
    "message_payload": WRONG_TEXTS,
    "name": ["", "x" * 1025, *WRONG_TEXTS],
    "group_type": [2, -1, 0.5, "0", None, True, "GROUP_TYPE_MULTI_USER"],
}
WRONG_ENTRIES = {"user_ids": WRONG_USERS, "message_ids": WRONG_UUIDS, "file_ids": [*WRONG_FILES, None]}
TYPED = [
    "group", "message", "attachment", "edit", "action_log", "read", "join", "leave",
    "delete_attachment", "delete_message",
]  # fmt: skip
NO_EVENTS = [None, 1, "event", [], {}]


def changed(event, **values):
    return copy.deepcopy(event) | values


def without(event, key):
    return {name: value for name, value in event.items() if name != key}


def mutants(event):
    """All of an event."""
    kind = event["event_type"]
    yield from NO_EVENTS
    yield [event]
    fixed = event if kind in TYPED else ["event_type", "group_id"]
    for key in fixed:
        yield without(event, key)
        yield from wrong_values(event, key)
    if kind in TYPED:
        others = [other for other in [*TYPED, "poll"] if other != kind]
        yield from (changed(event, event_type=other) for other in [*others, kind.upper(), 1, None])
    else:
        yield from (changed(event, event_type=name) for name in [*TYPED, *WRONG_TYPE_NAMES])


def wrong_values(event, key):
    for value in WRONG.get(key, []):
        yield changed(event, **{key: value})
    if key in WRONG_ENTRIES:
        yield from (changed(event, **{key: value}) for value in NO_LISTS)
        # Only a group may have nobody in it.
        if event["event_type"] != "group":
            yield changed(event, **{key: []})
        for entry in WRONG_ENTRIES[key]:
            yield changed(event, **{key: [*event[key], entry]})
    if key == "file_id" and event["event_type"] == "attachment":
        yield changed(event, file_id=None)
    if key == "message_payload":
        yield changed(event, message_payload="", file_id=None)
