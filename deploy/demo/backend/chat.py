"""A chat backend in small: one conversation, who is in it, and what was written."""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from dino_events import GroupType, events

MAX_MESSAGES = 1000
BURST = 20
# What a file_id may have.
MAX_FILE_ID_BYTES = 255


class NotPossibleError(Exception):
    """The conversation does not allow that; the text says why."""


class Chat:
    """What people do here becomes an event for all who are in the conversation.

    Its methods return the call; they raise NotPossibleError or TooManyCallsError.
    """

    def __init__(self, calls, changed):
        self._calls = calls
        self._changed = changed
        self._messages = OrderedDict()
        self._burst = None
        self.group = None

    def start_group(self, person, people):
        """Begins a new conversation of these people, which replaces the one before."""
        now = datetime.now(UTC)
        members = [one.id for one in people]
        name = f"{person.name}'s group"
        self.group = {"id": str(uuid4()), "name": name, "members": members}
        self._messages.clear()
        self._changed()
        kind = GroupType.ONE_TO_ONE if len(members) == 2 else GroupType.MULTI_USER
        make = partial(
            events.group, group_id=self.group["id"], name=name, owner_id=person.id, group_type=kind,
            user_ids=members, created_at=now, updated_at=now, last_message_time=now,
        )  # fmt: skip
        return self._publish(person, members, make)

    def message(self, person, text):
        """Says something. Whether it is acceptable is left to the bridge."""
        return self._post(events.message, person, text=text)

    def attachment(self, person, file_name, text):
        """Says that a file was attached. The file itself goes another way."""
        file_id = f"{uuid4()}/{file_name}".encode()[:MAX_FILE_ID_BYTES]
        return self._post(
            events.attachment, person, text=text, file_id=file_id.decode(errors="ignore")
        )

    def edit(self, person, message_id, text):
        """Changes a message of one's own."""
        self._check_member(person)
        message = self._messages.get(message_id)
        if message is None or message["sender_id"] != person.id:
            raise NotPossibleError(f"{person.name} has not written that message")
        message["text"] = text
        # When it was edited, or a device could take an edit back to an earlier text for a copy of that one.
        edited = {**message, "created_at": datetime.now(UTC)}
        return self._publish(person, self._members, partial(events.edit, **edited))

    def read(self, person):
        """Has read what there is."""
        self._check_member(person)
        now = datetime.now(UTC)
        make = partial(events.read, group_id=self.group["id"], user_id=person.id, read_at=now)
        return self._publish(person, self._members, make)

    def leave(self, person):
        """Leaves; who leaves is told, too, on whatever devices they have."""
        self._check_member(person)
        told = self._members
        self.group["members"] = [one for one in told if one != person.id]
        return self._moved(person, told, partial(events.leave, user_id=person.id))

    def join(self, person):
        """Joins, or comes back."""
        if self.group is None or person.id in self._members:
            raise NotPossibleError("there is nothing to join")
        self.group["members"] = [*self._members, person.id]
        return self._moved(person, self._members, partial(events.join, user_ids=[person.id]))

    def send_many(self, person):
        """Sends some messages, each when the one before it has been answered."""
        self._check_member(person)
        if self._burst and not self._burst.done():
            raise NotPossibleError("messages are being sent already")
        self._burst = asyncio.create_task(self._send_many(person))

    async def _send_many(self, person):
        for number in range(1, BURST + 1):
            if self.group is None or person.id not in self._members:
                return
            call = self.message(person, f"Message {number} of {BURST}")
            await asyncio.wait([call.task])
            await asyncio.sleep(0.05)

    @property
    def _members(self):
        return self.group["members"]

    def _post(self, make, person, **content):
        self._check_member(person)
        content |= {
            "group_id": self.group["id"], "sender_id": person.id, "message_id": str(uuid4()),
            "created_at": datetime.now(UTC),
        }  # fmt: skip
        self._messages[content["message_id"]] = content
        if len(self._messages) > MAX_MESSAGES:
            self._messages.popitem(last=False)
        return self._publish(person, self._members, partial(make, **content))

    def _moved(self, person, told, make):
        make = partial(make, group_id=self.group["id"], created_at=datetime.now(UTC))
        if not self._members:
            self.group = None
        self._changed()
        return self._publish(person, told, make)

    def _publish(self, person, told, make):
        return self._calls.publish(person.name, told, partial(make, to=list(told)))

    def _check_member(self, person):
        if self.group is None or person.id not in self._members:
            raise NotPossibleError(f"{person.name} is in no conversation")
