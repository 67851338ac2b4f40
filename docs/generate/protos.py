"""The API with its comments, from the image that `buf build` writes as JSON."""

import json
import re
from dataclasses import dataclass, field

PACKAGE = ".dino.events.v1."

# Numbers of fields of FileDescriptorProto and below: comments are found by paths of them.
MESSAGES, ENUMS, SERVICES, FIELDS, VALUES, METHODS, SYNTAX = 4, 5, 6, 2, 2, 2, 12


@dataclass
class Field:
    """A field of a message, or a value of an enum, whose type is empty."""

    name: str
    number: int
    comment: str
    type: str = ""
    label: str = ""  # `repeated`, `optional`, `oneof` or nothing.


@dataclass
class Type:
    """A message or an enum."""

    name: str
    comment: str
    fields: list[Field]


@dataclass
class Method:
    name: str
    comment: str
    request: str
    response: str
    streams: bool


@dataclass
class File:
    """Also keeps the comment at its head."""

    name: str
    comment: str
    messages: list[Type] = field(default_factory=list)
    enums: list[Type] = field(default_factory=list)


class Api:
    def __init__(self, image_path):
        with open(image_path, encoding="utf-8") as image:
            files = json.load(image)["file"]
        ours = [file for file in files if file["package"] == PACKAGE.strip(".")]
        self.files = [read_file(file) for file in ours]
        self.messages = {one.name: one for file in self.files for one in file.messages}
        self.enums = {one.name: one for file in self.files for one in file.enums}
        (self.service, self.methods), = (read_service(file) for file in ours if "service" in file)

    def field(self, message, name):
        return next(one for one in self.messages[message].fields if one.name == name)

    def kinds(self):
        """What each kind of event has: its name, its RPC and the message that holds it."""
        for one in self.messages["EventRequest"].fields:
            request = self.messages[one.type]
            rpc = next(method for method in self.methods if method.request == request.name)
            yield one.name, rpc, request.fields[0].type


def comments_of(file):
    """By path."""
    found = {}
    for location in file["sourceCodeInfo"]["location"]:
        comment = location.get("leadingComments", "")
        if location.get("path") == [SYNTAX]:
            comment = location["leadingDetachedComments"][0]
        found[tuple(location.get("path", []))] = clean(comment)
    return found


def clean(comment):
    lines = [line.removeprefix(" ").rstrip() for line in comment.splitlines()]
    return "\n".join(line for line in lines if not line.startswith("buf:lint:")).strip()


def read_file(file):
    comments = comments_of(file)
    result = File(file["name"], comments[(SYNTAX,)])
    for index, message in enumerate(file.get("messageType", [])):
        result.messages.append(read_message(message, (MESSAGES, index), comments))
    for index, enum in enumerate(file.get("enumType", [])):
        path = (ENUMS, index)
        values = [
            Field(value["name"], value.get("number", 0), comments[path + (VALUES, at)])
            for at, value in enumerate(enum["value"])
        ]
        result.enums.append(Type(enum["name"], comments[path], values))
    return result


def read_message(message, path, comments):
    maps = {
        one["name"]: " ".join(f"{short_type(part)}," for part in one["field"]).rstrip(",")
        for one in message.get("nestedType", [])
    }
    fields = []
    for index, one in enumerate(message.get("field", [])):
        comment = comments[path + (FIELDS, index)]
        entry = one.get("typeName", "").rpartition(".")[2]
        if entry in maps:
            fields.append(Field(one["name"], one["number"], comment, f"map<{maps[entry]}>"))
        else:
            fields.append(Field(one["name"], one["number"], comment, short_type(one), label(one)))
    return Type(message["name"], comments[path], fields)


def short_type(one):
    name = one.get("typeName") or one["type"].removeprefix("TYPE_").lower()
    return name.removeprefix(PACKAGE).removeprefix(".")


def label(one):
    if one.get("label") == "LABEL_REPEATED":
        return "repeated"
    if one.get("proto3Optional"):
        return "optional"
    return "oneof" if "oneofIndex" in one else ""


def read_service(file):
    comments = comments_of(file)
    (service,) = file["service"]
    methods = [
        Method(
            one["name"],
            comments[(SERVICES, 0, METHODS, index)],
            one["inputType"].removeprefix(PACKAGE),
            one["outputType"].removeprefix(PACKAGE),
            one.get("clientStreaming", False),
        )
        for index, one in enumerate(service["method"])
    ]
    return Type(service["name"], comments[(SERVICES, 0)], []), methods


def first_sentence(comment):
    """Without `Required.` and `Optional.`, which are about the request."""
    text = " ".join(comment.split())
    text = re.sub(r"^(Required|Optional)[^.]*\. ", "", text)
    return re.split(r"(?<=\.) ", text)[0]
