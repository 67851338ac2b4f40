"""Events with more recipients than the server takes: published in parts, as one outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dino_events.errors import PublishError, Result
from dino_events.event import Event, random_id
from dino_events.types import Delivery, merged

# Before the resume tokens of the parts, each after its length as 4 bytes.
_TOKENS = b"dino-events parts\0"


def recipients(event: Event) -> list[int] | list[str]:
    """The different recipients, in the order of the request."""
    request = event.request
    if request.user_ids:
        return list(dict.fromkeys(request.user_ids))
    if event.kind == "group":
        return list(dict.fromkeys(request.group.user_ids))
    if event.kind == "custom":
        return list(dict.fromkeys(request.topics))
    return []


def split(event: Event, limit: int) -> list[Event | Delivery]:
    """The event in parts of at most `limit` recipients each, with keys `key/0`, `key/1`…

    One that fits is returned as it is. A part that is complete according to the resume token, one
    of `joined_tokens`, is its delivery.
    """
    request = event.request
    count = max(len(request.user_ids), len(request.topics) if event.kind == "custom" else 0)
    if count <= limit:
        return [event]
    everybody = recipients(event)
    if len(everybody) <= limit:
        return [event]
    key = request.options.idempotency_key or random_id()
    chunks = [everybody[i : i + limit] for i in range(0, len(everybody), limit)]
    tokens = _split_tokens(request.options.resume_token, len(chunks))
    parts: list[Event | Delivery] = []
    for index, (chunk, token) in enumerate(zip(chunks, tokens, strict=True)):
        if token.startswith(_done(chunk)):
            event_id = token[len(_done(chunk)) :].decode()
            parts.append(Delivery(event_id, (event_id,), len(chunk), len(chunk), replayed=True))
        else:
            part = _part(request, chunk, f"{key}/{index}", token)
            parts.append(replace(event, request=part))
    return parts


def _done(chunk: Sequence[int | str]) -> bytes:
    """Stands before the event's ID in the token of a part that is complete."""
    return b"done" + hashlib.sha256("\n".join(map(str, chunk)).encode()).digest()[:16]


def _part(request: Any, chunk: Sequence[int | str], key: str, token: bytes) -> Any:
    part = type(request)()
    part.CopyFrom(request)
    part.options.idempotency_key = key
    part.options.resume_token = token
    field = "user_ids" if isinstance(chunk[0], int) else "topics"
    part.ClearField(field)
    getattr(part, field).extend(chunk)
    if getattr(part, "overlays", None):
        for user_id in set(part.overlays) - set(chunk):
            del part.overlays[user_id]
    return part


def _split_tokens(token: bytes, count: int) -> list[bytes]:
    """The tokens of the parts. What `_joined_tokens` did not make belongs to no part."""
    tokens: list[bytes] = []
    if token.startswith(_TOKENS):
        rest = token[len(_TOKENS) :]
        while len(rest) >= 4:
            size = int.from_bytes(rest[:4], "big")
            tokens.append(rest[4 : 4 + size])
            rest = rest[4 + size :]
    return tokens if len(tokens) == count else [b""] * count


def _joined_tokens(
    event: Event, limit: int, outcomes: Sequence[Delivery | PublishError | None]
) -> bytes:
    everybody = recipients(event)
    given = _split_tokens(event.request.options.resume_token, len(outcomes))
    joined = _TOKENS
    for index, (outcome, token) in enumerate(zip(outcomes, given, strict=True)):
        if isinstance(outcome, PublishError):
            token = outcome.resume_token
        elif outcome is not None:
            chunk = everybody[index * limit : (index + 1) * limit]
            token = _done(chunk) + outcome.event_id.encode()
        joined += len(token).to_bytes(4, "big") + token
    return joined


def combined(
    event: Event, limit: int, outcomes: Sequence[Delivery | PublishError | None]
) -> Result:
    """The result of an event of those of all its parts. None: that one was not begun.

    An error has the kind of the first part that must not be repeated, or else of the first that
    failed.
    """
    deliveries = [one for one in outcomes if isinstance(one, Delivery)]
    if len(deliveries) == len(outcomes):
        return Result(delivery=merged(deliveries))
    errors = [one for one in outcomes if isinstance(one, PublishError)]
    worst = next((one for one in errors if not one.retryable), errors[0])
    progress = replace(
        worst.progress,
        key=worst.key.rpartition("/")[0],
        resume_token=_joined_tokens(event, limit, outcomes),
        event_id="",
        attempts=max(one.attempts for one in errors),
        maybe_published=bool(deliveries) or any(one.maybe_published for one in errors),
        recipient_count=len(recipients(event)),
        acknowledged_count=sum(one.acknowledged_count for one in deliveries)
        + sum(one.acknowledged_count for one in errors),
        failed_recipients=tuple(who for one in errors for who in one.failed_recipients),
    )
    return Result(error=type(worst)(worst.failure, progress, retryable=worst.retryable))
