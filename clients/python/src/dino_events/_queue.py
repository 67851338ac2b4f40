"""Which events of a batch or stream may be sent now. Does no I/O."""

from __future__ import annotations

import heapq
from collections.abc import Callable

from dino_events._attempts import Attempts, Rules
from dino_events._split import combined, recipients, split
from dino_events.errors import PublishError, Result
from dino_events.event import Event
from dino_events.failure import Failure
from dino_events.types import Delivery

Lane = int | str
OnEnd = Callable[[Result], None]


class Entry:
    """An event of the queue, or a part of one.

    Attributes:
      number: Its place: entries are sent in this order as far as their lanes let them.
      attempts: Its attempts.
      size: The bytes of its request, about.
      sent_at: When it was sent last.
    """

    __slots__ = (
        "attempts", "blockers", "followers", "lanes", "number", "on_end", "sent_at", "size", "state"
    )  # fmt: skip

    def __init__(self, number: int, attempts: Attempts, lanes: list[Lane], on_end: OnEnd) -> None:
        self.number = number
        self.attempts = attempts
        self.lanes = lanes
        self.on_end = on_end
        self.size = attempts.request.ByteSize() + 16
        self.blockers = 0
        self.followers: list[Entry] = []
        self.sent_at = 0.0
        self.state = "waiting"  # Then ready, delayed or sent, and in the end ended.


def lanes_of(event: Event) -> list[Lane]:
    """Its recipients. The topic `42` is that of user 42."""
    return [
        int(one) if isinstance(one, str) and one.isascii() and one.isdecimal() else one
        for one in recipients(event)
    ]


class EventQueue:
    """Events that wait, are sent, or are to be sent again.

    Of the events for one recipient, only the first that has not ended is sent: one that must be
    repeated can then not come behind one that was published meanwhile. Times are seconds of one
    monotonic clock. Not thread-safe.
    """

    def __init__(self, rules: Rules, *, ordered: bool = True) -> None:
        self._rules = rules
        self._ordered = ordered
        self._last: dict[Lane, Entry] = {}
        self._ready: list[tuple[int, Entry]] = []
        self._delayed: list[tuple[float, int, Entry]] = []
        self._deadlines: list[tuple[float, int]] = []
        self._open: dict[int, Entry] = {}
        self._added = 0

    def __len__(self) -> int:
        """How many entries have not ended."""
        return len(self._open)

    def add(self, event: Event, deadline: float, on_end: OnEnd) -> None:
        """Adds an event, in parts if it has too many recipients. `on_end` is called once."""
        limit = self._rules.policy.limits.recipients
        parts = split(event, limit)
        gather = _gather(event, limit, len(parts), on_end) if len(parts) > 1 else None
        for index, part in enumerate(parts):
            ends = gather(index) if gather else on_end
            if isinstance(part, Delivery):
                ends(Result(delivery=part))
                continue
            entry = Entry(
                self._added,
                Attempts(part, self._rules, deadline),
                lanes_of(part) if self._ordered else [],
                ends,
            )
            self._added += 1
            self._open[entry.number] = entry
            heapq.heappush(self._deadlines, (deadline, entry.number))
            self._line_up(entry)

    def take(self, now: float, count: int, size: int) -> list[Entry]:
        """The next entries to send: at most `count`, of at most `size` bytes but for the first."""
        while self._delayed and self._delayed[0][0] <= now:
            _, _, entry = heapq.heappop(self._delayed)
            if entry.state == "delayed":
                self._make_ready(entry)
        taken: list[Entry] = []
        while self._ready and len(taken) < count:
            entry = self._ready[0][1]
            if entry.state == "ready":
                if taken and entry.size > size:
                    break
                size -= entry.size
                entry.state = "sent"
                entry.sent_at = now
                entry.attempts.sent()
                taken.append(entry)
            heapq.heappop(self._ready)
        return taken

    def next_time(self) -> float | None:
        """When there is something to do if nothing happens before. None: nothing is open."""
        while self._deadlines and self._deadlines[0][1] not in self._open:
            heapq.heappop(self._deadlines)
        times = [self._deadlines[0][0]] if self._deadlines else []
        if self._delayed:
            times.append(self._delayed[0][0])
        return min(times, default=None)

    def sent(self) -> list[Entry]:
        """The entries that were sent and not answered, in their order."""
        return [one for one in self._open.values() if one.state == "sent"]

    def find(self, number: int) -> Entry | None:
        """A sent entry by its number."""
        entry = self._open.get(number)
        return entry if entry is not None and entry.state == "sent" else None

    def succeeded(self, entry: Entry, delivery: Delivery) -> None:
        """Every recipient of a sent entry was acknowledged."""
        self._end(entry, Result(delivery=delivery))

    def failed(
        self,
        entry: Entry,
        failure: Failure,
        now: float,
        *,
        decided: float | None = None,
        random: float | None = None,
    ) -> None:
        """A sent entry has failed: it ends, or is sent again as the policy says.

        If a wait was `decided`, the caller waits so many seconds, and the entry is ready at once.
        Those that failed together and share `random` are ready again together.
        """
        try:
            wait = entry.attempts.failed(failure, now, random, decided)
        except PublishError as error:
            self._end(entry, Result(error=error))
            return
        if decided is not None or wait == 0:
            self._make_ready(entry)
        else:
            entry.state = "delayed"
            heapq.heappush(self._delayed, (now + wait, entry.number, entry))

    def expire(self, now: float) -> None:
        """Ends entries that were not answered before their deadlines."""
        while self._deadlines and self._deadlines[0][0] <= now:
            _, number = heapq.heappop(self._deadlines)
            entry = self._open.get(number)
            if entry is None:
                continue
            if entry.state == "sent":
                self.failed(entry, Failure("DEADLINE_EXCEEDED", "not answered in time"), now)
            else:
                failure = Failure("DEADLINE_EXCEEDED", "not sent in time")
                self._end(entry, Result(error=entry.attempts.give_up(failure, retryable=True)))

    def end(self, entry: Entry, failure: Failure, *, retryable: bool) -> None:
        """Ends an entry with an error."""
        if entry.state == "sent":
            entry.attempts.note(failure)
        self._end(entry, Result(error=entry.attempts.give_up(failure, retryable=retryable)))

    def end_all(self, failure: Failure, *, retryable: bool) -> None:
        """Ends everything with an error."""
        for entry in list(self._open.values()):
            self.end(entry, failure, retryable=retryable)

    def _line_up(self, entry: Entry) -> None:
        for lane in entry.lanes:
            before = self._last.get(lane)
            self._last[lane] = entry
            if before is not None and (not before.followers or before.followers[-1] is not entry):
                before.followers.append(entry)
                entry.blockers += 1
        if entry.blockers == 0:
            self._make_ready(entry)

    def _make_ready(self, entry: Entry) -> None:
        entry.state = "ready"
        heapq.heappush(self._ready, (entry.number, entry))

    def _end(self, entry: Entry, result: Result) -> None:
        entry.state = "ended"
        del self._open[entry.number]
        for lane in entry.lanes:
            if self._last.get(lane) is entry:
                del self._last[lane]
        for follower in entry.followers:
            follower.blockers -= 1
            if follower.blockers == 0 and follower.state == "waiting":
                self._make_ready(follower)
        entry.on_end(result)


def _gather(event: Event, limit: int, count: int, on_end: OnEnd) -> Callable[[int], OnEnd]:
    """Makes one result of those of all parts."""
    outcomes: dict[int, Delivery | PublishError] = {}

    def end_of(index: int) -> OnEnd:
        def end(result: Result) -> None:
            outcome = result.error or result.delivery
            assert outcome is not None
            outcomes[index] = outcome
            if len(outcomes) == count:
                on_end(combined(event, limit, [outcomes[i] for i in range(count)]))

        return end

    return end_of
