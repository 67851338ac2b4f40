"""Hooks for metrics, and the log."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from dino_events.errors import Result
from dino_events.failure import Failure

log = logging.getLogger("dino_events")


@dataclass(frozen=True)
class Attempt:
    """One call that has ended, or one stream.

    Attributes:
      rpc: Its RPC, such as `PublishMessage`.
      code: The status code's name; `OK` if it succeeded.
      reason: The service's reason, empty if it gave none.
      seconds: How long it took.
    """

    rpc: str
    code: str
    reason: str
    seconds: float


class Observer:
    """Is told what happens; does nothing by default. Override what you count.

    The methods are called on the thread that publishes, or on a stream's own, and must neither
    block nor raise.
    """

    def attempt_ended(self, attempt: Attempt) -> None:
        """A call has ended. A batch counts as one."""

    def event_failed(self, key: str, failure: Failure) -> None:
        """One attempt of the event with that key has failed; others may follow."""

    def event_ended(self, kind: str, result: Result, seconds: float) -> None:
        """An event of a kind such as `message` was delivered or given up, after all attempts."""

    def waiting(self, seconds: float) -> None:
        """A failed call will be repeated after so many seconds."""
