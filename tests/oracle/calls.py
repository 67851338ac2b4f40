"""Requests of every RPC that publishes one event: valid, or broken in one or several places."""

import random
from typing import NamedTuple

from dino.events.v1 import event_publisher_service_pb2 as api
from google.protobuf.message import Message
from hypothesis import strategies as st

import choices
import structs
from event_json import EVENTS, recipients
from rules import RULES, violations
from values import UNSET

RPCS = list(RULES)
MOST_TO_PUBLISH = 50
VALUES_OF_A_FIELD = 12

YES_OR_NO = st.booleans()
HOW_MANY_ARE_ODD = st.sampled_from([0, 0, 0, 1, 1, 2, 4])
WHETHER_TO_NAME_TOPICS = st.sampled_from([False, False, True])
CHOSEN_OPTIONS = st.just([]) | st.lists(st.sampled_from(list(choices.OPTIONS)), max_size=3)


class Call(NamedTuple):
    rpc: str
    request: Message

    def __repr__(self):
        return "the one above"  # A disagreement has shown it already.


def put(message, name, value):
    if value is UNSET:
        return
    if isinstance(value, list):
        getattr(message, name).extend(value)
    elif name == "user_properties":
        message.user_properties.update(value)
    elif isinstance(value, dict):
        getattr(message, name).CopyFrom(structs.to_struct(value))
    elif isinstance(value, Message):
        getattr(message, name).CopyFrom(value)
    else:
        setattr(message, name, value)


class Draft:
    """A request under construction. The fields in `odd` get odd values."""

    def __init__(self, draw, rpc, limits):
        self.draw, self.rpc, self.limits = draw, rpc, limits
        self.choices = choices.of_request(rpc, limits)
        self.request = getattr(api, rpc + "Request")()
        self.event = event_of(rpc, self.request)
        names = [f"event.{field.name}" for field in self.event.DESCRIPTOR.fields]
        names += ["event", "user_ids", "user_ids"] + [f"options.{name}" for name in choices.OPTIONS]
        if rpc == "PublishCustom":
            names += ["topics", "overlays", "overlays"]
        self.odd = {draw(st.sampled_from(names)) for _ in range(draw(HOW_MANY_ARE_ODD))}

    def put(self, message, name, choice, path):
        put(message, name, self.draw(choice.odd if path in self.odd else choice.right))

    def write_event(self):
        if "event" in self.odd:
            return
        fields = choices.of_event(self.rpc, self.limits)
        self.event.SetInParent()
        for field in self.event.DESCRIPTOR.fields:
            self.put(self.event, field.name, fields[field.name], f"event.{field.name}")

    def write_recipients(self):
        named = self.rpc == "PublishCustom" and self.draw(WHETHER_TO_NAME_TOPICS)
        if not named:
            self.put(self.request, "user_ids", self.choices["user_ids"], "user_ids")
        # Odd ones stand beside the users as well.
        if named or "topics" in self.odd:
            self.put(self.request, "topics", self.choices["topics"], "topics")

    def write_overlays(self):
        odd = "overlays" in self.odd
        users = list(dict.fromkeys(self.request.user_ids))[:6]
        if odd:
            users = [*users, 0, -7, 2**63 - 1]
        if not users or not self.draw(YES_OR_NO):
            return
        chosen = self.draw(st.lists(st.sampled_from(users), max_size=3, unique=True))
        if len(chosen) == 2 and not odd:
            contents = self.draw(self.choices["two overlays"])
        else:
            contents = [self.draw(self.overlay(alone=len(chosen) == 1)) for _ in chosen]
        for user_id, content in zip(chosen, contents):
            self.request.overlays[user_id].CopyFrom(structs.to_struct(content))

    def overlay(self, alone):
        choice = self.choices["overlay"]
        if "overlays" not in self.odd:
            return choice.right
        keys = sorted(self.event.data.fields) or ["a"]
        taken = st.sampled_from(keys).map(lambda key: {key: None})
        odd = [choice.odd, taken] + [self.choices["unwritable overlay"]] * alone
        return st.one_of(choice.right, *odd)

    def write_options(self):
        chosen = self.draw(CHOSEN_OPTIONS)
        for name, choice in choices.OPTIONS.items():
            path = f"options.{name}"
            if name in chosen or path in self.odd:
                self.put(self.request.options, name, choice, path)

    def only_validate_what_cannot_be_compared(self):
        """A key belongs to one event for good, and an event that expires soon may do so on the
        way. Neither must depend on which calls came before, or on how fast they were."""
        options = self.request.options
        soon = options.HasField("expiry") and options.expiry.seconds < 60
        many = len(recipients(self.rpc, self.request)) > MOST_TO_PUBLISH
        if soon or many or options.idempotency_key:
            options.validate_only = True


@st.composite
def calls(draw, rpc, limits):
    draft = Draft(draw, rpc, limits)
    draft.write_event()
    draft.write_recipients()
    if rpc == "PublishCustom":
        draft.write_overlays()
    draft.write_options()
    draft.only_validate_what_cannot_be_compared()
    return Call(rpc, draft.request)


@st.composite
def valid_calls(draw, rpc, limits, count):
    """Many at the price of few: each field has one of some values that were drawn for it. Each is for a user
    of its own; some custom events are for one more, who gets no overlay."""
    fields = choices.of_event(rpc, limits)
    values = {name: [draw(fields[name].right) for _ in range(VALUES_OF_A_FIELD)] for name in names_of(rpc)}
    overlays = [draw(structs.overlays()) for _ in range(VALUES_OF_A_FIELD)]
    choose = random.Random(draw(st.integers(0, 2**32)))
    found = [Call(rpc, combined(rpc, values, choose)) for _ in range(count)]
    for index, (_, request) in enumerate(found):
        request.user_ids.append(2 * index + 1)
        if rpc == "PublishCustom" and choose.random() < 0.5:
            request.user_ids.append(2 * index + 2)
            request.overlays[2 * index + 1].CopyFrom(structs.to_struct(choose.choice(overlays)))
    # Each part may be right, and all together too long.
    return [call for call in found if not violations(rpc, call.request, limits)]


def event_of(rpc, request):
    return getattr(request, EVENTS[rpc][0] if rpc in EVENTS else "custom")


def names_of(rpc):
    return [field.name for field in event_of(rpc, getattr(api, rpc + "Request")()).DESCRIPTOR.fields]


def combined(rpc, values, choose):
    request = getattr(api, rpc + "Request")()
    event = event_of(rpc, request)
    event.SetInParent()
    for name, some in values.items():
        put(event, name, choose.choice(some))
    return request
