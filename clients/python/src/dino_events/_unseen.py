"""What a stream tells at its end: the failures that nobody has asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from dino_events.errors import BatchError, PublishError, Result

# How many errors are kept. The others are only counted.
_MOST = 1000


@dataclass(eq=False)
class Asked:
    """Whether somebody has asked for the result of an event."""

    asked: bool = False
    counts: bool = False


class Unseen:
    """The failures of a stream that nobody has asked for. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._errors: dict[Asked, PublishError] = {}
        self._count = 0

    def failed(self, event: Asked, error: PublishError) -> None:
        """An event has failed."""
        with self._lock:
            if event.asked:
                return
            event.counts = True
            self._count += 1
            if len(self._errors) < _MOST:
                self._errors[event] = error

    def ask(self, event: Asked) -> None:
        """Somebody asks for the result of an event, which has ended or will."""
        with self._lock:
            event.asked = True
            self._count -= event.counts
            event.counts = False
            self._errors.pop(event, None)

    def tell(self) -> None:
        """Raises BatchError if there is any."""
        with self._lock:
            if self._count:
                results = [Result(error=one) for one in self._errors.values()]
                raise BatchError(results, self._count)
