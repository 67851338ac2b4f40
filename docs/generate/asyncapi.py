"""docs/asyncapi.yaml: topics, properties and messages, whose payloads are the JSON Schemas beside it."""

import json
import re

from schemas import TYPE_NAME, UUID

HEAD = "# Written by docs/generate.sh.\n"
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_/.-]*( [A-Za-z0-9_/.-]+)*")
WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
DESCRIPTION = """\
dino-bridge publishes an event to the MQTT topic of each user whom it is for. This document is written from its point of
view: it sends, and an app receives. docs/events.md says what a subscriber may rely on. Keys that a subscriber does not
know must be ignored: newer servers may add some.
"""
ENVIRONMENT = {
    "description": "The setting `environment` of the server.",
    "default": "dev",
}


def document(kinds, version):
    names = [kind.name for kind in kinds]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "dino-bridge events", "version": version, "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "channels": {
            "user": channel(
                "dms/{environment}/{user_id}",
                "The events of one user. The setting `topic-template` of the server may change the address.",
                {"user_id": {"description": "The user, from 1 to 9007199254740991."}},
                names,
            ),
            "topic": channel(
                "dms/{environment}/{topic}",
                "A topic that the backend names, for events of its own.",
                {"topic": {"description": "One or more levels, such as `rooms/lobby`."}},
                ["custom"],
            ),
        },
        "operations": {
            "publishToUser": operation("user", "Publishes an event to a user."),
            "publishToTopic": operation("topic", "Publishes an event to a named topic."),
        },
        "components": {
            "messages": {kind.name: message(kind) for kind in kinds},
            "messageTraits": {"publication": publication()},
        },
    }


def channel(address, description, parameters, names):
    return {
        "address": address,
        "description": description,
        "parameters": {"environment": ENVIRONMENT} | parameters,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def operation(name, summary):
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": summary,
        "description": "QoS 0 if the call asks for it. The expiry is what is left of the call's.",
        "bindings": {
            "mqtt": {
                "qos": 1,
                "retain": False,
                "messageExpiryInterval": 86400,
                "bindingVersion": "0.2.0",
            }
        },
    }


def message(kind):
    return {
        "name": kind.name,
        "title": kind.what,
        "traits": [{"$ref": "#/components/messageTraits/publication"}],
        "payload": {"$ref": f"./schemas/{kind.name}.schema.json"},
        "examples": [{"payload": kind.example}],
    }


def publication():
    properties = {
        "event_id": UUID | {"description": "The event: the same on all its copies."},
        "event_type": TYPE_NAME | {"description": "As in the payload."},
        "traceparent": {
            "type": "string",
            "description": "The W3C trace context that the backend sent, if it did.",
        },
    }
    return {
        "contentType": "application/json",
        "headers": {
            "type": "object",
            "description": "MQTT v5 user properties. MQTT 3.1.1 has none.",
            "required": ["event_id", "event_type"],
            "properties": properties,
            "additionalProperties": {
                "type": "string",
                "description": "One that the backend set in `options.user_properties`.",
            },
        },
        "bindings": {
            "mqtt": {
                "payloadFormatIndicator": 1,
                "contentType": "application/json",
                "bindingVersion": "0.2.0",
            }
        },
    }


def yaml(value, indent=""):
    """A value below a key or at the top, in lines that end with a line break."""
    if isinstance(value, dict) and value:
        return "".join(f"{indent}{scalar(key)}:{below(one, indent)}" for key, one in value.items())
    return "".join(f"{indent}- {yaml(one, indent + '  ').lstrip()}" for one in value)


def below(value, indent):
    if isinstance(value, (dict, list)) and value and not is_flat(value):
        return "\n" + yaml(value, indent + "  ")
    if isinstance(value, str) and "\n" in value:
        return " |\n" + "".join(f"{indent}  {line}\n" for line in value.splitlines())
    return f" {scalar(value)}\n"


def is_flat(value):
    return isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value)


def scalar(value):
    """JSON is YAML; what reads well without quotes has none."""
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def text(kinds, version):
    return HEAD + yaml(document(kinds, version))
