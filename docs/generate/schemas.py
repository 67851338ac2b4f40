"""JSON Schemas of the event JSON: which keys a kind has comes from its golden event, what each key is
from the comment of its field in the protos, and the JSON type of a key from the table here."""

import json
from dataclasses import dataclass

from protos import first_sentence

DIALECT = "https://json-schema.org/draft/2020-12/schema"

UUID = {"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
# JavaScript reads no larger integer exactly.
USER = {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}
# The last microsecond of the year 9999 is, as a double, the first second of the next year.
TIME = {"type": "number", "minimum": 0, "maximum": 253402300800}
TYPE_NAME = {"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"}
# A limit in bytes cannot be stated in a schema: of as many characters, they are at least as many.
FILE = {"type": "string", "minLength": 1, "maxLength": 255}


@dataclass(frozen=True)
class Key:
    schema: dict
    type: str  # In words, for people.
    values: str = ""
    unit: str = ""


SECONDS = Key(TIME, "number", unit="seconds since 1970-01-01T00:00:00Z")
KEYS = {
    "event_type": Key(TYPE_NAME, "string"),
    "group_id": Key(UUID, "string, UUID"),
    "message_id": Key(UUID, "string, UUID"),
    "message_ids": Key({"type": "array", "items": UUID}, "array of strings, UUIDs"),
    "user_id": Key(USER, "integer"),
    "sender_id": Key(USER, "integer"),
    "owner_id": Key(USER, "integer"),
    "user_ids": Key({"type": "array", "items": USER}, "array of integers"),
    "file_id": Key(FILE, "string"),
    "file_ids": Key({"type": "array", "items": FILE}, "array of strings"),
    "message_payload": Key({"type": "string"}, "string"),
    "message_type": Key(TYPE_NAME, "string"),
    "name": Key({"type": "string", "minLength": 1, "maxLength": 1024}, "string"),
    "group_type": Key(
        {"enum": [0, 1]}, "`0` or `1`", "`0`: a multi-user group, `1`: a 1-to-1 conversation."
    ),
    "created_at": SECONDS,
    "updated_at": SECONDS,
    "last_message_time": SECONDS,
    "read_at": SECONDS,
}


@dataclass
class Property:
    """A key of a kind of event."""

    name: str
    type: str
    what: str
    schema: dict
    unit: str = ""

    @property
    def description(self):
        return f"{self.what} In {self.unit}." if self.unit else self.what


class Kind:
    """A kind of event, as subscribers receive it."""

    def __init__(self, api, name, rpc, message, golden):
        self.name, self.rpc, self.message = name, rpc, message
        self.golden = golden
        self.example = json.loads(golden)
        self.is_custom = name == "custom"
        first, _, rest = first_sentence(rpc.comment).removeprefix("Publishes ").partition("that ")
        self.what = (rest or first)[0].upper() + (rest or first)[1:]
        keys = ["event_type", "group_id"] if self.is_custom else self.example
        self.properties = [self.property(api, key) for key in keys]

    def property(self, api, name):
        if name == "event_type" and not self.is_custom:
            return Property(name, "string", f"Always `{self.name}`.", {"const": self.name})
        if name not in KEYS:
            raise SystemExit(f"error: docs/generate/schemas.py does not know the key '{name}'")
        key = KEYS[name]
        field = api.field(self.message, name)
        what = " ".join(filter(None, [first_sentence(field.comment), key.values]))
        schema, kind = dict(key.schema), key.type
        if field.label == "repeated" and field.comment.startswith("Required."):
            schema["minItems"] = 1
        if name == "file_id" and self.name != "attachment":
            schema["type"] = ["string", "null"]
            kind += " or `null`"
            what += " `null`: there is none."
        return Property(name, kind, what, schema, key.unit)


def schema_of(kind, kinds):
    properties = {
        one.name: one.schema | {"description": one.description} for one in kind.properties
    }
    schema = {
        "$schema": DIALECT,
        "title": kind.name,
        "description": kind.what,
        "type": "object",
        "required": [one.name for one in kind.properties],
        "properties": properties,
    }
    if kind.is_custom:
        typed = [one.name for one in kinds if not one.is_custom]
        properties["event_type"]["not"] = {"enum": typed}
    if {"message_payload", "file_id"} <= properties.keys() and kind.name != "attachment":
        schema["if"] = {"properties": {"file_id": {"const": None}}}
        schema["then"] = {"properties": {"message_payload": {"minLength": 1}}}
    return schema


def schema_of_any(kinds):
    definitions = {kind.name: schema_of(kind, kinds) for kind in kinds}
    for one in definitions.values():
        del one["$schema"]
    return {
        "$schema": DIALECT,
        "title": "event",
        "description": "An event of any kind. An event type that is not in this list is a custom "
        "event, or one of a newer server.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in definitions],
        "$defs": definitions,
    }


def text_of(schema):
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
