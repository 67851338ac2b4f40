"""The attempts of one event: what each sends, and what follows its failure. Does no I/O."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from dino.events.v1 import delivery_pb2
from dino_events.errors import Progress, PublishError, to_error
from dino_events.event import Event, random_id
from dino_events.failure import Failure
from dino_events.observer import Observer
from dino_events.policy import Action, Policy
from dino_events.types import recipient_results


class Credentials(Protocol):
    """What calls are sent with, as far as it matters here."""

    @property
    def version(self) -> int:
        """Changes when they do."""

    def renewed_since(self, version: int) -> bool:
        """Looks whether they are others than those of that version."""


class NoCredentials:
    """Credentials that never change."""

    version = 0

    def renewed_since(self, version: int) -> bool:
        """They are not."""
        return False


@dataclass(frozen=True)
class Rules:
    """What decides about attempts: the policy, and what it depends on.

    Attributes:
      policy: The policy.
      random: Returns a number from 0 up to 1.
      credentials: What calls are sent with.
      observer: Is told of each failure.
    """

    policy: Policy
    random: Callable[[], float] = random.random
    credentials: Credentials = field(default_factory=NoCredentials)
    observer: Observer = field(default_factory=Observer)

    def wait(self, failure: Failure, failures: int, random: float, sent_with: int) -> float | None:
        """Seconds to wait after so many failures, the last one included. None: stop.

        `sent_with` is the version of the credentials that the call was sent with.
        """
        action = self.policy.rule(failure.reason, failure.code).action
        if action in (Action.STOP, Action.DROP_TOKEN):
            return None
        if action is Action.REOPEN:
            return 0.0
        if action is Action.RETRY_IF_PUSHED and failure.pushback is None:
            return None
        if action is Action.RENEW_CREDENTIALS and not self.credentials.renewed_since(sent_with):
            return None
        if failure.pushback is not None:
            # Not at once: others wait for the same.
            shortest = self.policy.backoff(1, random)
            return max(shortest, self.policy.pushed(failure.pushback, random))
        return self.policy.backoff(failures, random)


class Attempts:
    """One event on its way to being acknowledged or given up.

    Has its idempotency key from the beginning, and gives the last resume token back with each
    further attempt. Times are seconds of one monotonic clock. Not thread-safe.

    Attributes:
      key: The idempotency key of all attempts.
      count: How many attempts there were.
    """

    def __init__(self, event: Event, rules: Rules, deadline: float) -> None:
        self.kind = event.kind
        self.rpc = event.rpc
        self.response_type = event.response_type
        self.deadline = deadline
        self._rules = rules
        self._request = type(event.request)()
        self._request.CopyFrom(event.request)
        options = self._request.options
        if not options.idempotency_key:
            options.idempotency_key = random_id()
        self.key = options.idempotency_key
        self.count = 0
        self._maybe_published = False
        self._last: delivery_pb2.PublishFailure | None = None
        self._failures = 0
        self._sent_with = rules.credentials.version
        self._token_is_ours = False
        self._token_was_dropped = False

    @property
    def request(self) -> Any:
        """The request of the next attempt, to be sent before the next failure is told."""
        return self._request

    def time_for(self, now: float) -> float:
        """The seconds that the next attempt may take."""
        return max(0.001, min(self._rules.policy.attempt_timeout, self.deadline - now))

    def sent(self) -> None:
        """An attempt has begun."""
        self._sent_with = self._rules.credentials.version
        self.count += 1

    def failed(
        self,
        failure: Failure,
        now: float,
        random: float | None = None,
        wait: float | None = None,
    ) -> float:
        """The attempt has failed. Returns the seconds to wait before the next one.

        `random`, from 0 up to 1, is shared by events that failed together, so that they are
        repeated together. `wait` is what was decided for all that were sent together. Raises
        PublishError if there is to be no other attempt.
        """
        self._failures += 1
        self.note(failure)
        if wait is None:
            wait = self._wait(failure, self._rules.random() if random is None else random)
        if wait is None:
            raise to_error(failure, self.progress(), retryable=False)
        if failure.refuses_retries or now + wait >= self.deadline:
            raise to_error(failure, self.progress(), retryable=True)
        return wait

    def give_up(self, failure: Failure, *, retryable: bool) -> PublishError:
        """The error of an event that gets no further attempt, whatever the policy says."""
        return to_error(failure, self.progress(), retryable=retryable)

    def progress(self) -> Progress:
        """What is known so far."""
        last = self._last or delivery_pb2.PublishFailure()
        return Progress(
            key=self.key,
            resume_token=self._request.options.resume_token,
            event_id=last.event_id,
            attempts=self.count,
            maybe_published=self._maybe_published,
            recipient_count=last.recipient_count,
            acknowledged_count=last.acknowledged_count,
            failed_recipients=recipient_results(last.failed_recipients),
            reason_string=last.reason_string,
        )

    def note(self, failure: Failure) -> None:
        """Keeps what a failed attempt tells about the event."""
        self._rules.observer.event_failed(self.key, failure)
        rule = self._rules.policy.rule(failure.reason, failure.code)
        if rule.maybe_published or failure.progress is not None:
            self._maybe_published = True
        if failure.progress is None:
            return
        self._last = failure.progress
        if failure.progress.resume_token:
            self._request.options.resume_token = failure.progress.resume_token
            self._token_is_ours = True

    def _wait(self, failure: Failure, random: float) -> float | None:
        action = self._rules.policy.rule(failure.reason, failure.code).action
        if action is Action.DROP_TOKEN:
            return 0.0 if self._drop_token() else None
        return self._rules.wait(failure, self._failures, random, self._sent_with)

    def _drop_token(self) -> bool:
        if not self._token_is_ours or self._token_was_dropped:
            return False
        self._token_was_dropped = True
        self._request.options.resume_token = b""
        return True
