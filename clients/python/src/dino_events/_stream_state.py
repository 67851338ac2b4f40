"""A stream that outlives its connections: what to send, and what an answer or a loss means.

Does no I/O. `Stream` and `AsyncStream` only do what it says.
"""

from __future__ import annotations

from collections import deque

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events._calls import Context, take_result
from dino_events._queue import Entry, EventQueue, OnEnd
from dino_events.errors import CLOSED, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.observer import Attempt, log
from dino_events.policy import Action

# The server answers an event after its own default deadline at the latest; one that is
# unanswered for longer than an attempt and this many seconds has been lost.
_PATIENCE = 5.0

ENDED = Failure("UNAVAILABLE", "the server ended the stream")


class StreamState:
    """The events of a stream. Times are seconds of the context's clock. Not thread-safe."""

    def __init__(self, context: Context, *, ordered: bool) -> None:
        self._context = context
        self._queue = EventQueue(context.rules, ordered=ordered)
        # On the stream that is open, in that order; an event that was sent again stands twice.
        self._sent: deque[tuple[float, Entry]] = deque()
        self._losses = 0
        self._opened_at = 0.0
        self._opened_with = 0
        self.reopen_at = 0.0
        self.closed = False

    def __len__(self) -> int:
        """How many events, or parts of them, have not ended."""
        return len(self._queue)

    def add(self, event: Event, on_end: OnEnd) -> None:
        """Adds an event. `on_end` is called once, from one of the methods of this class."""
        observer = self._context.observer
        began = self._context.clock()

        def end(result: Result) -> None:
            observer.event_ended(event.kind, result, self._context.clock() - began)
            on_end(result)

        self._queue.add(event, self._context.deadline(event.timeout), end)

    def opened(self) -> None:
        """A stream has been opened: nothing was sent on it."""
        self._opened_at = self._context.clock()
        self._opened_with = self._context.rules.credentials.version
        self._sent.clear()

    def take(self) -> api.PublishStreamRequest | None:
        """The next request to send. None: there is none now."""
        now = self._context.clock()
        if now < self.reopen_at:
            return None
        taken = self._queue.take(now, 1, 0)
        if not taken:
            return None
        entry = taken[0]
        self._sent.append((now, entry))
        request = api.PublishStreamRequest(sequence=entry.number)
        getattr(request.event, entry.attempts.kind).CopyFrom(entry.attempts.request)
        return request

    def answered(self, response: api.PublishStreamResponse) -> None:
        """An answer has come."""
        self._losses = 0
        entry = self._queue.find(response.sequence)
        if entry is not None:  # One that was late has ended already.
            take_result(self._queue, entry, response.result, self._context.clock())

    def lost(self, failure: Failure) -> None:
        """The stream has ended: what was not answered is to be sent again, in its order."""
        now = self._context.clock()
        self._losses += 1
        self._context.observer.attempt_ended(
            Attempt("PublishStream", failure.code, failure.reason, now - self._opened_at)
        )
        if not len(self._queue):
            return
        random = self._context.rules.random()
        wait = self._context.rules.wait(failure, self._losses, random, self._opened_with)
        if wait is None or failure.refuses_retries:
            self._queue.end_all(failure, retryable=wait is not None)
            return
        policy = self._context.rules.policy
        if policy.rule(failure.reason, failure.code).action is Action.REOPEN and self._losses > 1:
            wait = policy.backoff(self._losses - 1, random)
        self.reopen_at = now + wait
        log.info(
            "the stream ended (%s %s: %s); another one follows in %.3f s",
            failure.code, failure.reason, failure.message, wait,
        )  # fmt: skip
        for entry in self._queue.sent():
            self._queue.failed(entry, failure, now, decided=wait)

    def expire(self) -> None:
        """Ends events whose time is over."""
        self._queue.expire(self._context.clock())

    def is_stuck(self) -> bool:
        """Whether an event is unanswered for so long that the connection must be dead."""
        while self._sent and not _is_unanswered(*self._sent[0]):
            self._sent.popleft()
        longest = self._context.rules.policy.attempt_timeout + _PATIENCE
        return bool(self._sent) and self._context.clock() - self._sent[0][0] > longest

    def pause(self) -> float:
        """Seconds until there may be something to do, if nothing happens before: at most one."""
        now = self._context.clock()
        times = [time for time in (self._queue.next_time(), self.reopen_at) if time is not None]
        return min([1.0, *(time - now for time in times if time > now)])

    def has_work(self) -> bool:
        """Whether a stream should be open now."""
        return len(self._queue) > 0 and self._context.clock() >= self.reopen_at

    def close(self) -> None:
        """Ends what is open."""
        self.closed = True
        self._queue.end_all(CLOSED, retryable=True)


def _is_unanswered(sent_at: float, entry: Entry) -> bool:
    return entry.state == "sent" and entry.sent_at == sent_at
