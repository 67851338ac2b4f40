"""The calls to the bridge: what was sent, what the caller was told, and repeating them."""

import asyncio
import dataclasses
import time
from collections import OrderedDict
from uuid import uuid4

from dino_events import AsyncPublisher, Observer, PublishError

MAX_OPEN = 100
MAX_KEPT = 1000
MAX_ATTEMPTS = 20


class TooManyCallsError(Exception):
    """So many calls are open that no further one is made."""


@dataclasses.dataclass
class Call:
    """An event and what became of it.

    Attributes:
      ok: Whether it was ever answered OK. Not undone if it is then repeated.
      told: What the caller was told last; None while it waits for the answer.
      attempts: The attempts that failed, the last call's only.
    """

    seq: int
    key: str
    person: str
    event: object
    recipients: list
    first_began: float = 0.0
    began: float = 0.0
    ok: bool = False
    event_id: str = ""
    resume_token: bytes = b""
    repeats: int = 0
    told: dict | None = None
    attempts: list = dataclasses.field(default_factory=list)
    task: asyncio.Task | None = None

    def to_json(self):
        """As the page gets it."""
        return {
            "seq": self.seq, "key": self.key, "person": self.person, "rpc": self.event.rpc,
            "recipients": self.recipients, "began": self.began, "first_began": self.first_began,
            "ok": self.ok, "event_id": self.event_id, "repeats": self.repeats, "told": self.told,
            "attempts": self.attempts,
        }  # fmt: skip


class _Attempts(Observer):
    """Passes on which attempts fail, as they do."""

    def __init__(self, failed):
        self._failed = failed

    def event_failed(self, key, failure):
        attempt = {"code": failure.code, "reason": failure.reason, "message": failure.message}
        self._failed(key, attempt)


class Calls:
    """Publishes events by the client package, and tells `changed` of each call and its changes."""

    def __init__(self, address, timeout, changed):
        observer = _Attempts(self._attempt_failed)
        self._publisher = AsyncPublisher(address, timeout=timeout, observer=observer)
        self._changed = changed
        self._calls = OrderedDict()
        self._open = {}
        self.seq = 0

    def publish(self, person, recipients, make_event):
        """Makes an event with its own key and begins to publish it. Raises TooManyCallsError."""
        self._check_room()
        self.seq += 1
        key = str(uuid4())
        call = Call(self.seq, key, person, make_event(key=key), list(recipients))
        self._calls[call.seq] = call
        while len(self._calls) > MAX_KEPT:
            self._calls.popitem(last=False)
        self._begin(call)
        return call

    def repeat(self, seq):
        """Makes an ended call again: same event, same key. Raises KeyError, TooManyCallsError."""
        call = self._calls[seq]
        if call.key not in self._open:
            self._check_room()
            call.repeats += 1
            self._begin(call)
        return call

    def after(self, seq):
        """The calls after that one, the oldest first."""
        return [call for call in self._calls.values() if call.seq > seq]

    async def close(self):
        """Ends what is open."""
        await self._publisher.close()
        await asyncio.gather(*(call.task for call in self._open.values()))

    def _check_room(self):
        if len(self._open) >= MAX_OPEN:
            raise TooManyCallsError(f"{MAX_OPEN} calls are open")

    def _begin(self, call):
        call.began = time.time()
        call.first_began = call.first_began or call.began
        call.told = None
        call.attempts = []
        self._open[call.key] = call
        call.task = asyncio.create_task(self._run(call))
        self._changed(call)

    async def _run(self, call):
        event = call.event
        if call.resume_token:
            request = type(event.request)()
            request.CopyFrom(event.request)
            request.options.resume_token = call.resume_token
            event = dataclasses.replace(event, request=request)
        began = time.monotonic()
        try:
            told = self._delivered(call, await self._publisher.publish(event))
        except PublishError as error:
            told = self._failed(call, error)
        call.told = {**told, "seconds": time.monotonic() - began}
        del self._open[call.key]
        self._changed(call)

    def _delivered(self, call, delivery):
        call.ok = True
        call.event_id = delivery.event_id
        call.resume_token = b""
        return {
            "code": "OK", "acknowledged": delivery.acknowledged_count,
            "recipients": delivery.recipient_count, "no_subscriber": delivery.no_subscriber_count,
            "replayed": delivery.replayed,
        }  # fmt: skip

    def _failed(self, call, error):
        call.event_id = error.event_id or call.event_id
        call.resume_token = error.resume_token
        return {
            "code": error.code, "reason": error.reason, "message": error.message,
            "acknowledged": error.acknowledged_count, "recipients": error.recipient_count,
            "retryable": error.retryable, "maybe_published": error.maybe_published,
            "violations": [f"{one.field}: {one.description}" for one in error.violations],
            "refused": [one.recipient for one in error.failed_recipients],
        }  # fmt: skip

    def _attempt_failed(self, key, attempt):
        call = self._open.get(key)
        if call and len(call.attempts) < MAX_ATTEMPTS:
            call.attempts.append(attempt)
            self._changed(call)
