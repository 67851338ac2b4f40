"""The event JSON that subscribers must receive, byte for byte."""

import re
from decimal import Decimal

LARGEST_WHOLE = 2**53

STRING_OR_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e-?\d+)?')

ESCAPES = {code: f"\\u{code:04X}" for code in range(0x20)}
ESCAPES |= {
    ord(a): b for a, b in zip('"\\\b\f\n\r\t', ['\\"', "\\\\", *"\\b \\f \\n \\r \\t".split()])
}


def text(value):
    return '"' + value.translate(ESCAPES) + '"'


def number(value):
    """The fewest digits that read back the same, with whole numbers up to 2^53 as such.

    The contract leaves the layout of all others open. This is JavaScript's, except that it has
    no `+` in an exponent, and `.0` after a whole number.
    """
    if abs(value) <= LARGEST_WHOLE and value == int(value):
        return str(int(value))
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    point = len(digits) + exponent  # The value is 0.DIGITS times 10 to the power of `point`.
    if 0 < point <= 21:
        padded = digits.ljust(point, "0")
        body = padded[:point] + "." + (padded[point:] or "0")
    elif -6 < point <= 0:
        body = "0." + "0" * -point + digits
    else:
        fraction = "." + digits[1:] if digits[1:] else ""
        body = f"{digits[0]}{fraction}e{point - 1}"
    return "-" * sign + body


def with_our_digits(json):
    """With other digits for numbers of custom data, where there is a choice: often several
    numbers of as few digits read back the same."""

    def same_number(token):
        ours = number(float(token[0])) if token[0][0] != '"' else token[0]
        return ours if len(ours) == len(token[0]) else token[0]

    return STRING_OR_NUMBER.sub(same_number, json.decode()).encode()


def time(timestamp):
    """Seconds with one to six decimals; what is below a microsecond is cut off."""
    decimals = f"{timestamp.nanos // 1000:06d}".rstrip("0") or "0"
    return f"{timestamp.seconds}.{decimals}"


def array(values, write):
    return "[" + ",".join(map(write, values)) + "]"


def value(custom):
    """A google.protobuf.Value."""
    kind = custom.WhichOneof("kind")
    if kind == "null_value":
        return "null"
    if kind == "bool_value":
        return "true" if custom.bool_value else "false"
    if kind == "number_value":
        return number(custom.number_value)
    if kind == "string_value":
        return text(custom.string_value)
    if kind == "list_value":
        return array(custom.list_value.values, value)
    return struct(custom.struct_value)


def members(custom):
    """The members of a google.protobuf.Struct, sorted by key."""
    return [text(key) + ":" + value(custom.fields[key]) for key in sorted(custom.fields)]


def struct(custom):
    return "{" + ",".join(members(custom)) + "}"


def head(event_type, event):
    return [f'"event_type":"{event_type}"', f'"group_id":{text(event.group_id)}']


def message(event_type, event):
    file_id = text(event.file_id) if event.HasField("file_id") else "null"
    return head(event_type, event) + [
        f'"sender_id":{event.sender_id}',
        f'"file_id":{file_id}',
        f'"message_id":{text(event.message_id)}',
        f'"message_payload":{text(event.message_payload)}',
        f'"message_type":{text(event.message_type)}',
        f'"created_at":{time(event.created_at)}',
    ]


def group(event_type, event):
    return head(event_type, event) + [
        f'"name":{text(event.name)}',
        f'"created_at":{time(event.created_at)}',
        f'"updated_at":{time(event.updated_at)}',
        f'"last_message_time":{time(event.last_message_time)}',
        # The API has 0 for what is not stated, the JSON for a multi-user group.
        f'"group_type":{event.group_type - 1}',
        f'"owner_id":{event.owner_id}',
        f'"user_ids":{array(event.user_ids, str)}',
    ]


def read(event_type, event):
    return head(event_type, event) + [
        f'"user_id":{event.user_id}',
        f'"read_at":{time(event.read_at)}',
    ]


def dated(event_type, event):
    """How the later events begin."""
    return [
        f'"event_type":"{event_type}"',
        f'"created_at":{time(event.created_at)}',
        f'"group_id":{text(event.group_id)}',
    ]


def join(event_type, event):
    return dated(event_type, event) + [f'"user_ids":{array(event.user_ids, str)}']


def leave(event_type, event):
    return dated(event_type, event) + [f'"user_id":{event.user_id}']


def delete_message(event_type, event):
    return dated(event_type, event) + [f'"message_ids":{array(event.message_ids, text)}']


def delete_attachment(event_type, event):
    return delete_message(event_type, event) + [f'"file_ids":{array(event.file_ids, text)}']


# By RPC: where the event stands in the request, its type, and what writes it.
EVENTS = {
    "PublishGroup": ("group", "group", group),
    "PublishMessage": ("message", "message", message),
    "PublishAttachment": ("message", "attachment", message),
    "PublishEdit": ("message", "edit", message),
    "PublishActionLog": ("message", "action_log", message),
    "PublishRead": ("read", "read", read),
    "PublishJoin": ("join", "join", join),
    "PublishLeave": ("leave", "leave", leave),
    "PublishDeleteAttachment": ("delete_attachment", "delete_attachment", delete_attachment),
    "PublishDeleteMessage": ("delete_message", "delete_message", delete_message),
}


def event_type(rpc, request):
    return request.custom.event_type if rpc == "PublishCustom" else EVENTS[rpc][1]


def event_json(rpc, request, user_id=None):
    """What one recipient gets."""
    if rpc == "PublishCustom":
        event = request.custom
        parts = head(event.event_type, event) + members(event.data)
        if user_id in request.overlays:
            parts += members(request.overlays[user_id])
    else:
        field, kind, write = EVENTS[rpc]
        parts = write(kind, getattr(request, field))
    return ("{" + ",".join(parts) + "}").encode()


def recipients(rpc, request):
    """By user ID or named topic, in the order of the request, each once."""
    users = request.user_ids
    if rpc == "PublishGroup" and not users:
        users = request.group.user_ids
    topics = request.topics if rpc == "PublishCustom" else []
    return list(dict.fromkeys([*users, *topics]))


def publications(rpc, request):
    """What the broker must get: the payload by topic."""
    return {
        f"dms/dev/{recipient}": event_json(rpc, request, recipient)
        for recipient in recipients(rpc, request)
    }
