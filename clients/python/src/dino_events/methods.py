"""One method for each kind of event, with keyword arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar, Unpack

from google.protobuf.struct_pb2 import Struct

from dino.events.v1 import event_pb2
from dino_events.event import Event, make_event, random_id, to_struct, to_timestamp
from dino_events.types import GroupType, Id, Json, Options, Time

R_co = TypeVar("R_co", covariant=True)


class EventMethods(Generic[R_co]):
    """One method for each kind of event.

    What a method returns is up to the class: a `Publisher` publishes the event and returns its
    `Delivery`, `events` returns the `Event` itself. Users are named by their IDs, 1 to 2^53-1;
    `to` are the users to notify: 1 to 10,000 of them, and if there are more, the event is
    published in parts. Each method takes the keyword arguments of `Options` too.
    """

    def _take(self, event: Event) -> R_co:
        raise NotImplementedError

    def _message(
        self,
        kind: str,
        to: Iterable[int],
        options: Options,
        message_id: Id | None,
        created_at: Time | None,
        **fields: Any,
    ) -> R_co:
        content = event_pb2.Message(
            message_id=str(message_id or random_id()), created_at=to_timestamp(created_at), **fields
        )
        return self._take(make_event(kind, content, to, options))

    def message(
        self,
        *,
        group_id: Id,
        sender_id: int,
        to: Iterable[int],
        text: str = "",
        message_id: Id | None = None,
        message_type: str = "text",
        file_id: str | None = None,
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """A message was posted in a group. Its ID is random and its time now if not given."""
        return self._message(
            "message", to, options, message_id, created_at, group_id=str(group_id),
            sender_id=sender_id, message_payload=text, message_type=message_type, file_id=file_id,
        )  # fmt: skip

    def attachment(
        self,
        *,
        group_id: Id,
        sender_id: int,
        file_id: str,
        to: Iterable[int],
        text: str = "",
        message_id: Id | None = None,
        message_type: str = "text",
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """A message with an attachment was posted in a group."""
        return self._message(
            "attachment", to, options, message_id, created_at, group_id=str(group_id),
            sender_id=sender_id, message_payload=text, message_type=message_type, file_id=file_id,
        )  # fmt: skip

    def edit(
        self,
        *,
        group_id: Id,
        sender_id: int,
        message_id: Id,
        to: Iterable[int],
        created_at: Time,
        text: str = "",
        message_type: str = "text",
        file_id: str | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """A message was edited: the message as it is now.

        `created_at` should be the time of the edit: on MQTT 3.1.1 nothing else tells an edit back
        to an earlier text from a copy of that one.
        """
        return self._message(
            "edit", to, options, message_id, created_at, group_id=str(group_id),
            sender_id=sender_id, message_payload=text, message_type=message_type, file_id=file_id,
        )  # fmt: skip

    def action_log(
        self,
        *,
        group_id: Id,
        sender_id: int,
        text: str,
        to: Iterable[int],
        message_id: Id | None = None,
        message_type: str = "text",
        file_id: str | None = None,
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """Something was done in a group, such as a join, a leave or a pin."""
        return self._message(
            "action_log", to, options, message_id, created_at, group_id=str(group_id),
            sender_id=sender_id, message_payload=text, message_type=message_type, file_id=file_id,
        )  # fmt: skip

    def group(
        self,
        *,
        group_id: Id,
        name: str,
        owner_id: int,
        user_ids: Iterable[int],
        created_at: Time,
        updated_at: Time,
        last_message_time: Time,
        group_type: GroupType = GroupType.MULTI_USER,
        to: Iterable[int] = (),
        **options: Unpack[Options],
    ) -> R_co:
        """A group was created or updated. Without `to` its members, `user_ids`, are notified."""
        content = event_pb2.Group(
            group_id=str(group_id), name=name, owner_id=owner_id, user_ids=user_ids,
            group_type=int(group_type),  # type: ignore[arg-type]
            created_at=to_timestamp(created_at), updated_at=to_timestamp(updated_at),
            last_message_time=to_timestamp(last_message_time),
        )  # fmt: skip
        return self._take(make_event("group", content, to, options))

    def read(
        self,
        *,
        group_id: Id,
        user_id: int,
        to: Iterable[int],
        read_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """A user has read a 1-to-1 conversation: at most 2 users to notify."""
        content = event_pb2.Read(
            group_id=str(group_id), user_id=user_id, read_at=to_timestamp(read_at),
            group_type=event_pb2.GROUP_TYPE_ONE_TO_ONE,
        )  # fmt: skip
        return self._take(make_event("read", content, to, options))

    def join(
        self,
        *,
        group_id: Id,
        user_ids: Iterable[int],
        to: Iterable[int],
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """Users, `user_ids`, have joined a group."""
        content = event_pb2.Join(
            group_id=str(group_id), user_ids=user_ids, created_at=to_timestamp(created_at)
        )
        return self._take(make_event("join", content, to, options))

    def leave(
        self,
        *,
        group_id: Id,
        user_id: int,
        to: Iterable[int],
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """A user has left a group."""
        content = event_pb2.Leave(
            group_id=str(group_id), user_id=user_id, created_at=to_timestamp(created_at)
        )
        return self._take(make_event("leave", content, to, options))

    def delete_attachment(
        self,
        *,
        group_id: Id,
        message_ids: Iterable[Id],
        file_ids: Iterable[str],
        to: Iterable[int],
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """Attachments of messages were deleted."""
        content = event_pb2.DeleteAttachment(
            group_id=str(group_id), message_ids=map(str, message_ids), file_ids=file_ids,
            created_at=to_timestamp(created_at),
        )  # fmt: skip
        return self._take(make_event("delete_attachment", content, to, options))

    def delete_message(
        self,
        *,
        group_id: Id,
        message_ids: Iterable[Id],
        to: Iterable[int],
        created_at: Time | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """Messages were deleted."""
        content = event_pb2.DeleteMessage(
            group_id=str(group_id), message_ids=map(str, message_ids),
            created_at=to_timestamp(created_at),
        )  # fmt: skip
        return self._take(make_event("delete_message", content, to, options))

    def custom(
        self,
        *,
        event_type: str,
        group_id: Id,
        data: Mapping[str, Json] | Struct | None = None,
        to: Iterable[int] = (),
        topics: Iterable[str] = (),
        overlays: Mapping[int, Mapping[str, Json] | Struct] | None = None,
        **options: Unpack[Options],
    ) -> R_co:
        """An event of your own, to users (`to`) or to named topics, such as `rooms/lobby`.

        `overlays` are extra data for single users, by their IDs. Numbers are floats: a whole
        one beyond 2^53 is rounded, so that larger IDs must be strings.
        """
        content = event_pb2.Custom(event_type=event_type, group_id=str(group_id))
        if data is not None:
            content.data.CopyFrom(to_struct(data))
        event = make_event("custom", content, to, options)
        event.request.topics.extend(topics)
        for user_id, extra in (overlays or {}).items():
            event.request.overlays[user_id].CopyFrom(to_struct(extra))
        return self._take(event)


class Events(EventMethods[Event]):
    """Makes events without publishing them, for batches, streams and outboxes."""

    def _take(self, event: Event) -> Event:
        return event


events = Events()
"""Makes events: `events.message(group_id=…, sender_id=…, text=…, to=[…])`."""
