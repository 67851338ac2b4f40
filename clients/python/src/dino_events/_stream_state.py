"""A stream that outlives its connections: what to send, and what an answer or a loss means.

Does no I/O. `Stream` and `AsyncStream` only do what it says.
"""

from __future__ import annotations

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
        # What was sent on the stream that is open, by number and in that order. An event that has
        # ended by its deadline stays until the server answers it.
        self._unanswered: dict[int, Entry] = {}
        # How many answers to await one at a time: one of these events ended the last stream.
        self._suspects = 0
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
        self._unanswered.clear()

    def take(self) -> api.PublishStreamRequest | None:
        """The next request to send. None: there is none now."""
        now = self._context.clock()
        if now < self.reopen_at or (self._suspects and self._queue.sent()):
            return None
        taken = self._queue.take(now, 1, 0)
        if not taken:
            return None
        entry = taken[0]
        self._unanswered[entry.number] = entry
        request = api.PublishStreamRequest(sequence=entry.number)
        getattr(request.event, entry.attempts.kind).CopyFrom(entry.attempts.request)
        return request

    def answered(self, response: api.PublishStreamResponse) -> None:
        """An answer has come."""
        self._losses = 0
        self._suspects = max(0, self._suspects - 1)
        self._unanswered.pop(response.sequence, None)
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
        if failure.is_of_one_event:
            self._refused(failure, now)
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
        self._send_again(failure, now, wait)

    def _refused(self, failure: Failure, now: float) -> None:
        """One event ended the stream: the first unanswered one if all before it were answered."""
        first = self._first_unanswered()
        if first is not None and (failure.names_an_event or len(self._unanswered) == 1):
            if first.state == "sent":
                self._queue.end(first, failure, retryable=False)
            self._suspects = max(0, self._suspects - 1)
            wait = 0.0
        else:
            rules = self._context.rules
            self._suspects = len(self._queue.sent())
            wait = rules.policy.backoff(self._losses, rules.random())
        self.reopen_at = now + wait
        message = f"another event ended the stream: {failure.code} {failure.message}"
        log.info("%s; another one follows in %.3f s", message, wait)
        self._send_again(Failure("UNAVAILABLE", message), now, wait)

    def _send_again(self, failure: Failure, now: float, wait: float) -> None:
        for entry in self._queue.sent():
            self._queue.failed(entry, failure, now, decided=wait)

    def expire(self) -> None:
        """Ends events whose time is over."""
        self._queue.expire(self._context.clock())

    def is_stuck(self) -> bool:
        """Whether an event is unanswered for so long that the connection must be dead."""
        first = self._first_unanswered()
        longest = self._context.rules.policy.attempt_timeout + _PATIENCE
        return first is not None and self._context.clock() - first.sent_at > longest

    def _first_unanswered(self) -> Entry | None:
        return next(iter(self._unanswered.values()), None)

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
