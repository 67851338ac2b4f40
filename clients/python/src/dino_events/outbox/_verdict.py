"""What is to become of a row whose attempt has failed. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass

from dino_events.errors import PublishError
from dino_events.failure import Failure
from dino_events.outbox._store import Failed, Row
from dino_events.policy import Action, Policy

# Refusals that may pass, but without a word on when: as often as this.
_MOST_REFUSALS = 8
_LONGEST_BACKOFF = 30.0  # Seconds.


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
        text = str(failure.reason or failure.code) + ": " + describe(failure)
        token = error.resume_token or row.resume_token
        if action is Action.DROP_TOKEN and row.resume_token:
            return Failed(row.id, "pending", text, b"", 0.0)
        if self._sets_aside(action, failure, row.attempts + 1):
            return Failed(row.id, self.aside, text, token, 0.0)
        wait = backoff(self.policy, row.attempts + 1, failure.pushback, random)
        return Failed(row.id, "pending", text, token, wait)

    def of_call(self, row: Row, error: PublishError, random: float) -> Failed:
        """The call failed as a whole, which is not the fault of its events."""
        text = f"{error.failure.reason or error.failure.code}: {describe(error.failure)}"
        wait = backoff(self.policy, row.attempts + 1, error.failure.pushback, random)
        return Failed(row.id, "pending", text, error.resume_token or row.resume_token, wait)

    def of_bytes(self, row: Row, why: str) -> Failed:
        """The row has no event that can be read."""
        return Failed(row.id, self.aside, f"INVALID_FIELD: {why}", row.resume_token, 0.0)

    def _sets_aside(self, action: Action, failure: Failure, attempts: int) -> bool:
        if action in (Action.STOP, Action.DROP_TOKEN):
            return True
        unsaid = action is Action.RETRY_IF_PUSHED and failure.pushback is None
        return unsaid and attempts >= _MOST_REFUSALS


def describe(failure: Failure) -> str:
    """The server's words, with the fields that break a rule."""
    fields = "; ".join(f"{one.field} {one.description}" for one in failure.violations)
    return f"{failure.message} ({fields})" if fields else failure.message
