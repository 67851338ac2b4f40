"""Requests by HTTP to the gateways of the stage."""

import json
import os
import urllib.error
import urllib.request
from typing import NamedTuple

from google.protobuf.json_format import MessageToDict

from calls import PATIENCE, message_request

# Whatever proxy the environment names is not for loopback addresses.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Answer(NamedTuple):
    status: int
    headers: dict
    body: dict

    def detail(self, name):
        """The only detail of that name in a google.rpc.Status."""
        kind = f"type.googleapis.com/{name}"
        [found] = [detail for detail in self.body["details"] if detail["@type"] == kind]
        return found

    def reason(self):
        info = self.detail("google.rpc.ErrorInfo")
        assert info["domain"] == "dino.events"
        return info["reason"]


class Gateway:
    """A gateway, by the name of the bridge that it calls."""

    def __init__(self, bridge):
        self._url = "http://" + os.environ[bridge.replace("STAGE_BRIDGE", "STAGE_HTTP")]

    def post(self, path, body, **headers):
        """Sends a dictionary or bytes; `_` in the name of a header stands for `-`."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"content-type": "application/json"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.send(urllib.request.Request(self._url + path, data, headers))

    def get(self, path):
        return self.send(urllib.request.Request(self._url + path))

    def send(self, request):
        try:
            with OPENER.open(request, timeout=PATIENCE) as response:
                return Answer(response.status, response.headers, json.load(response))
        except urllib.error.HTTPError as response:
            return Answer(response.code, response.headers, json.load(response))


def message(users, text):
    """The JSON of a PublishMessageRequest."""
    return MessageToDict(message_request(users, text), preserving_proto_field_name=True)
