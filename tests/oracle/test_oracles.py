"""The oracles themselves, against expectations written by hand."""

import pathlib

import pytest
from dino.events.v1 import event_publisher_service_pb2 as api
from google.protobuf.json_format import Parse, ParseDict

import event_json
import rules
import wire
from rules import Limits

GOLDEN = pathlib.Path(__file__).parents[1] / "support" / "golden"
RPC_OF = {kind: rpc for rpc, (_, kind, _) in event_json.EVENTS.items()}
RPC_OF["custom"] = "PublishCustom"

ID = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"
TIME = "2020-08-19T22:49:44Z"
MESSAGE = {
    "group_id": ID,
    "sender_id": 1,
    "message_id": ID,
    "message_payload": "x",
    "message_type": "text",
    "created_at": TIME,
}
GROUP = {
    "group_id": ID,
    "name": "x",
    "created_at": TIME,
    "updated_at": TIME,
    "last_message_time": TIME,
    "group_type": 1,
    "owner_id": 1,
    "user_ids": [1],
}
READ = {"group_id": ID, "user_id": 1, "read_at": TIME, "group_type": 2}
LIST = {"group_id": ID, "created_at": TIME}
CUSTOM = {"event_type": "poll", "group_id": ID}
LIMITS = Limits(max_recipients=3, max_payload_bytes=20)


def message(users=(1,), options=None, **changes):
    return {"message": MESSAGE | changes, "user_ids": users, "options": options or {}}


def custom(data, **fields):
    return {"custom": CUSTOM | {"data": data}, "user_ids": [1]} | fields


def parsed(rpc, request):
    return ParseDict(request, getattr(api, rpc + "Request")())


def rpc_of(golden_name):
    kind = golden_name.removesuffix(".request.json")
    return RPC_OF[kind if kind in RPC_OF else kind.split("_")[0]]


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.glob("*.request.json")))
def test_golden(name):
    rpc = rpc_of(name)
    request = Parse((GOLDEN / name).read_text(), getattr(api, rpc + "Request")())
    expected = (GOLDEN / name.replace("request", "event")).read_bytes()
    assert event_json.event_json(rpc, request) == expected
    assert rules.violations(rpc, request, Limits()) == []


EVENTS = [
    (
        "PublishJoin",
        {"join": LIST | {"user_ids": [3, 3]}},
        '{"event_type":"join","created_at":1597877384.0,"group_id":"%s","user_ids":[3,3]}',
    ),
    (
        "PublishLeave",
        {"leave": LIST | {"user_id": 3}},
        '{"event_type":"leave","created_at":1597877384.0,"group_id":"%s","user_id":3}',
    ),
    (
        "PublishDeleteAttachment",
        {"delete_attachment": LIST | {"message_ids": ["m"], "file_ids": ["f", "g"]}},
        '{"event_type":"delete_attachment","created_at":1597877384.0,"group_id":"%s",'
        '"message_ids":["m"],"file_ids":["f","g"]}',
    ),
    (
        "PublishDeleteMessage",
        {"delete_message": LIST | {"message_ids": ["m"]}},
        '{"event_type":"delete_message","created_at":1597877384.0,"group_id":"%s",'
        '"message_ids":["m"]}',
    ),
    (
        "PublishCustom",
        custom({"b": {"z": None, "a": [True, {}]}, "": "\x00/\x7f"}, overlays={"1": {"a": 0.5}}),
        '{"event_type":"poll","group_id":"%s","":"\\u0000/\x7f","b":{"a":[true,{}],"z":null},'
        '"a":0.5}',
    ),
]


@pytest.mark.parametrize("rpc,request_,expected", EVENTS, ids=[event[0] for event in EVENTS])
def test_later_events(rpc, request_, expected):
    json = event_json.event_json(rpc, parsed(rpc, request_), 1)
    assert json.decode() == expected % ID


@pytest.mark.parametrize(
    "number,expected",
    [
        (-0.0, "0"),
        (-17.0, "-17"),
        (2.0**53, "9007199254740992"),
        (2.0**53 + 2, "9007199254740994.0"),
        (-1e20, "-100000000000000000000.0"),
        (1e21, "1e21"),
        (-2.5e300, "-2.5e300"),
        (123456.75, "123456.75"),
        (0.1, "0.1"),
        (1.5e-6, "0.0000015"),
        (1.5e-7, "1.5e-7"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers(number, expected):
    assert event_json.number(number) == expected


@pytest.mark.parametrize(
    "json,same",
    [
        (b'[2.2415566982997236e-222,"2.2415566982997236e-222"]', True),
        (b'[2.2415566982997237e-222,"2.2415566982997236e-222"]', False),
        (b'[2.24155669829972350e-222,"2.2415566982997236e-222"]', False),
        (b'[2.2415566982997236e-222,"2.2415566982997235e-222"]', False),
    ],
)
def test_only_digits_that_read_back_the_same_are_a_choice(json, same):
    expected = b'[2.2415566982997235e-222,"2.2415566982997236e-222"]'
    assert (event_json.with_our_digits(json) == expected) == same


# Each: the RPC, its request, and the expected violations.
BROKEN = {
    "nothing": ("PublishMessage", message(), []),
    "all is missing": ("PublishMessage", {}, ["message", "user_ids"]),
    "a UUID": ("PublishMessage", message(group_id=ID[1:]), ["message.group_id"]),
    "2^53": ("PublishMessage", message(sender_id=2**53), ["message.sender_id"]),
    "user 0, twice": ("PublishMessage", message(users=[0, 1, 0]), ["user_ids[0]", "user_ids[2]"]),
    "too many users": ("PublishMessage", message(users=[1, 2, 3, 4]), ["user_ids"]),
    "a repeated user": ("PublishMessage", message(users=[1, 2, 3, 3]), []),
    "an empty text": ("PublishMessage", message(message_payload=""), ["message.message_payload"]),
    "a file without a text": ("PublishMessage", message(message_payload="", file_id="f"), []),
    "bytes": (
        "PublishMessage",
        message(message_payload="\u00e9" * 11),
        ["message.message_payload"],
    ),
    "an attachment": ("PublishAttachment", message(), ["message.file_id"]),
    "an empty file": ("PublishEdit", message(file_id=""), ["message.file_id"]),
    "a type": ("PublishEdit", message(message_type="T"), ["message.message_type"]),
    "no time": ("PublishEdit", message(created_at=None), ["message.created_at"]),
    "1969": ("PublishEdit", message(created_at="1969-12-31T23:59:59Z"), ["message.created_at"]),
    "a short expiry": ("PublishEdit", message(options={"expiry": "0s"}), ["options.expiry"]),
    "a rounded expiry": ("PublishEdit", message(options={"expiry": "0.5s"}), []),
    "a long expiry": (
        "PublishEdit",
        message(options={"expiry": "4294967295.1s"}),
        ["options.expiry"],
    ),
    "a QoS": ("PublishEdit", message(options={"qos": 3}), ["options.qos"]),
    "a detail": ("PublishEdit", message(options={"result_detail": 4}), ["options.result_detail"]),
    "a key": (
        "PublishEdit",
        message(options={"idempotency_key": " "}),
        ["options.idempotency_key"],
    ),
    "user properties": ("PublishEdit", message(options={"user_properties": {"device": "é"}}), []),
    "many user properties": (
        "PublishEdit",
        message(options={"user_properties": {str(number): "" for number in range(9)}}),
        ["options.user_properties"],
    ),
    "a name and a value": (
        "PublishEdit",
        message(options={"user_properties": {"a b": "\x7f", "c d": "", "event_id": ""}}),
        ["options.user_properties"] * 3,
    ),
    "a group's users": ("PublishGroup", {"group": GROUP}, []),
    "a group without users": (
        "PublishGroup",
        {"group": GROUP | {"user_ids": []}},
        ["group.user_ids"],
    ),
    "a group for others": (
        "PublishGroup",
        {"group": GROUP | {"user_ids": []}, "user_ids": [1]},
        [],
    ),
    "a group's repeated users": (
        "PublishGroup",
        {"group": GROUP | {"user_ids": [1] * 4}},
        ["group.user_ids"],
    ),
    "a name": ("PublishGroup", {"group": GROUP | {"name": ""}}, ["group.name"]),
    "a receipt": (
        "PublishRead",
        {"read": READ | {"group_type": 1}, "user_ids": [1]},
        ["read.group_type"],
    ),
    "three readers": ("PublishRead", {"read": READ, "user_ids": [1, 2, 3]}, ["user_ids"]),
    "joiners": (
        "PublishJoin",
        {"join": LIST | {"user_ids": [1, 1, 1, 0]}, "user_ids": [1]},
        ["join.user_ids", "join.user_ids[3]"],
    ),
    "deleted files": (
        "PublishDeleteAttachment",
        {"delete_attachment": LIST | {"file_ids": ["f"] * 4}, "user_ids": [1]},
        ["delete_attachment.message_ids", "delete_attachment.file_ids"],
    ),
    "a typed event": (
        "PublishCustom",
        {"custom": CUSTOM | {"event_type": "read"}, "user_ids": [1]},
        ["custom.event_type"],
    ),
    "taken keys": ("PublishCustom", custom({"group_id": 1}), ["custom.data"]),
    "20 bytes of data": ("PublishCustom", custom({"a": "1234567890\n"}), []),
    "21 bytes of data": ("PublishCustom", custom({"a": "12345678901\n"}), ["custom.data"]),
    "an overlay": (
        "PublishCustom",
        custom({"a": 1}, overlays={"1": {"a": 1}, "2": {"group_id": 1}}),
        ["overlays", "overlays[1]", "overlays[2]", "overlays[2]"],
    ),
    "20 bytes of overlays": (
        "PublishCustom",
        custom({}, user_ids=[1, 2], overlays={"1": {"a": "12"}, "2": {"a": "12"}}),
        [],
    ),
    "21 bytes of overlays": (
        "PublishCustom",
        custom({}, user_ids=[1, 2], overlays={"1": {"a": "12"}, "2": {"a": "123"}}),
        ["overlays"],
    ),
    "topics": (
        "PublishCustom",
        custom({}, user_ids=[], topics=["a//b", "+", "1/2/3/4/5/6/7/8"]),
        ["topics[0]", "topics[1]"],
    ),
    "users and topics": ("PublishCustom", custom({}, topics=["a"]), ["topics"]),
    "not UTF-8": (
        "PublishCustom",
        custom({"a": 1, "b": [{list(wire.MARKS)[0]: 1}]}, user_ids=[0]),
        ["custom.data.fields[*].value.list_value.values[0].struct_value.fields[*].key"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_rules(name):
    rpc, request, fields = BROKEN[name]
    found = rules.violations(rpc, parsed(rpc, request), LIMITS)
    assert sorted(field for field, _ in found) == sorted(fields)


@pytest.mark.parametrize("mark", wire.MARKS, ids=ascii)
def test_marks_are_replaced_by_bytes_that_are_not_utf8(mark):
    request = parsed("PublishMessage", message(message_payload=mark + "z"))
    good = request.SerializeToString()
    bad = wire.serialize(request)
    assert len(bad) == len(good) and mark.encode() not in bad
    with pytest.raises(UnicodeDecodeError):
        (wire.MARKS[mark] + b"z").decode()
