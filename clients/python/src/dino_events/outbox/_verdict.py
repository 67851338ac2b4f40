"""What is to become of a row whose attempt has failed. Does no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dino_events.errors import PublishError
from dino_events.failure import Failure
from dino_events.outbox._store import Failed, Row
from dino_events.policy import Action, Policy

# Refusals of which nobody knows whether they will pass: so many in a row, over minutes.
_MOST_REFUSALS = 8
_LONGEST_BACKOFF = 30.0  # Seconds.

# Refusals of the worker, by reason or code, whatever its events are.
_OF_WORKER = frozenset(
    (
        "UNKNOWN_CALLER",
        "CALLER_NOT_ALLOWED",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "UNIMPLEMENTED",
    )
)
# Refusals that may come from the broker's configuration.
_OF_BROKER = frozenset(("BROKER_NOT_AUTHORIZED",))

# The end of an error that counts refusals: the table has no column for that.
_COUNT = re.compile(r"; refusal ([0-9]{1,3}) of [0-9]+$")


def backoff(policy: Policy, failures: int, pushback: float | None, random: float) -> float:
    """Seconds to wait after so many failures: never less than the server asks for."""
    longest = policy.initial_backoff * policy.multiplier ** min(failures - 1, 30)
    wait = min(longest, _LONGEST_BACKOFF) * (1 - policy.jitter * random)
    return wait if pushback is None else max(wait, policy.pushed(pushback, random))


@dataclass(frozen=True)
class Judge:
    """Decides by the retry policy.

    Attributes:
      policy: The policy.
      aside: The state of rows that are set aside: `failed` or `blocked`.
    """

    policy: Policy
    aside: str

    def of_event(self, row: Row, error: PublishError, random: float) -> Failed:
        """An event failed that was published on its own or in a batch."""
        failure = error.failure
        action = self.policy.rule(failure.reason, failure.code).action
        text = describe(failure)
        token = error.resume_token or row.resume_token
        # The first attempt may have had the writer's own token.
        had_token = row.resume_token or (row.attempts == 0 and error.resume_token)
        if action is Action.DROP_TOKEN and had_token:
            return Failed(row.id, "pending", text, b"", 0.0)
        most = self._most_refusals(action, failure)
        if most is None:
            wait = backoff(self.policy, row.attempts + 1, failure.pushback, random)
            return Failed(row.id, "pending", text, token, wait)
        refusals = _refusals(row.error, text) + 1
        if refusals >= most:
            return Failed(row.id, self.aside, text, token, 0.0)
        wait = _LONGEST_BACKOFF * (1 - self.policy.jitter * random)
        return Failed(row.id, "pending", f"{text}; refusal {refusals} of {most}", token, wait)

    def of_call(self, row: Row, error: PublishError, random: float) -> Failed:
        """The call failed as a whole, which is not the fault of its events."""
        wait = backoff(self.policy, row.attempts + 1, error.failure.pushback, random)
        token = error.resume_token or row.resume_token
        return Failed(row.id, "pending", describe(error.failure), token, wait)

    def of_bytes(self, row: Row, why: str) -> Failed:
        """The row has no event that can be read."""
        return Failed(row.id, self.aside, f"INVALID_FIELD: {why}", row.resume_token, 0.0)

    def _most_refusals(self, action: Action, failure: Failure) -> int | None:
        """After how many such failures in a row an event is set aside. None: never."""
        if (failure.reason or failure.code) in _OF_WORKER:
            return None
        if action is Action.RETRY_IF_PUSHED and failure.pushback is None:
            return _MOST_REFUSALS
        if action not in (Action.STOP, Action.DROP_TOKEN):
            return None
        is_final = failure.reason in self.policy.reasons and failure.reason not in _OF_BROKER
        return 1 if is_final else _MOST_REFUSALS


def _refusals(last: str, text: str) -> int:
    """How many refusals the last error counts, if it had the same reason."""
    found = _COUNT.search(last)
    is_same = last.partition(":")[0] == text.partition(":")[0]
    return int(found[1]) if found and is_same else 0


def describe(failure: Failure) -> str:
    """The reason, and the server's words with the fields that break a rule."""
    fields = "; ".join(f"{one.field} {one.description}" for one in failure.violations)
    words = f"{failure.message} ({fields})" if fields else failure.message
    return f"{failure.reason or failure.code}: {words}"
