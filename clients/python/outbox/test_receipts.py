"""What judges the outbox finds what it is for."""

import json

import pytest
from receipts import Receipts

ROWS = [("w-1:0", [3, 4], 100.0), ("w-1:1", [3, 4], 101.0)]
WHOLE = [(100, 3, "w-1:0"), (100, 4, "w-1:0"), (101, 3, "w-1:1"), (101, 4, "w-1:1")]


def judge(tmp_path, received, kills=()):
    lines = [
        f"{at} dms/dev/{user} " + json.dumps({"message_payload": text})
        for at, user, text in received
    ]
    path = tmp_path / "receipts"
    path.write_text("\n".join(lines) + "\n")
    return {name: count for name, count in Receipts(path).judge(ROWS, kills).items() if count}


def test_all_is_well(tmp_path):
    assert judge(tmp_path, WHOLE) == {}


@pytest.mark.parametrize(
    ("kills", "found"),
    [
        ([], {"lost": 1}),
        ([(101.5, "bridge")], {"lost": 1}),
        ([(101.5, "broker")], {"lost_with_broker": 1}),
        ([(50, "broker")], {"lost": 1}),
    ],
)
def test_lost(tmp_path, kills, found):
    assert judge(tmp_path, WHOLE[:-1], kills) == found


def test_swapped(tmp_path):
    assert judge(tmp_path, [WHOLE[2], *WHOLE[:2], WHOLE[3]]) == {"swapped": 1}


def test_a_copy_needs_a_kill(tmp_path):
    received = [*WHOLE, (102, 3, "w-1:0")]

    assert judge(tmp_path, received) == {"copies": 1, "doubled": 1}
    assert judge(tmp_path, received, [(101, "worker")]) == {"copies": 1}
    assert judge(tmp_path, [*received, received[-1]], [(101, "worker")]) == {
        "copies": 2, "doubled": 1
    }  # fmt: skip


def test_an_event_that_was_rolled_back(tmp_path):
    assert judge(tmp_path, [*WHOLE, (102, 3, "ghost-w-1:0")]) == {"ghosts": 1}
