"""What publishing raises: one class for each reason, named for what is wrong.

All are `PublishError`. What to do next is in its attributes: `retryable` and `maybe_published`
first, and the class's description says more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dino_events.failure import Failure, Violation
from dino_events.types import Delivery, RecipientResult


@dataclass(frozen=True)
class Progress:
    """What is known of an event's attempts.

    Attributes:
      key: The idempotency key. Repeat the call with it, and with `resume_token`.
      resume_token: Names who was acknowledged already. Empty: nobody, or nobody knows.
      event_id: The ID of the copies that were published. Empty if unknown.
      attempts: How many calls were made.
      maybe_published: Whether some recipients may have received the event.
      recipient_count: How many recipients it has. 0 if unknown.
      acknowledged_count: How many of them were acknowledged.
      failed_recipients: The first who were not.
      reason_string: The broker's own words, for people.
    """

    key: str = ""
    resume_token: bytes = b""
    event_id: str = ""
    attempts: int = 0
    maybe_published: bool = False
    recipient_count: int = 0
    acknowledged_count: int = 0
    failed_recipients: tuple[RecipientResult, ...] = ()
    reason_string: str = ""


class PublishError(Exception):
    """An event was not published to all of its recipients, or nobody knows whether it was.

    Attributes:
      code: The status code's name, such as `UNAVAILABLE`.
      reason: The service's reason, such as `BROKER_BUSY`. Empty if it gave none.
      message: The server's text, for people.
      retryable: Whether the same call may succeed later. Repeat it with the same event,
        `key` and `resume_token`: it completes what this one began.
      maybe_published: Whether some recipients may have received the event by this call. False:
        nobody has.
      violations: The fields that break a rule.
      failed_recipients: The first recipients who were not acknowledged.
      retry_after: After how many seconds the server wants the call repeated; None if it did
        not say.
      metadata: More about the reason, such as the limit that was exceeded.
      key, resume_token, event_id, attempts, recipient_count, acknowledged_count,
        reason_string: See `Progress`.
    """

    def __init__(self, failure: Failure, progress: Progress, *, retryable: bool) -> None:
        super().__init__(failure, progress, retryable)
        self.failure = failure
        self.progress = progress
        self.retryable = retryable
        self.code = failure.code
        self.reason = failure.reason
        self.message = failure.message
        self.violations: tuple[Violation, ...] = failure.violations
        self.metadata: Mapping[str, str] = failure.metadata
        self.retry_after = failure.pushback
        self.maybe_published = progress.maybe_published
        self.failed_recipients = progress.failed_recipients
        self.key = progress.key
        self.resume_token = progress.resume_token
        self.event_id = progress.event_id
        self.attempts = progress.attempts
        self.recipient_count = progress.recipient_count
        self.acknowledged_count = progress.acknowledged_count
        self.reason_string = progress.reason_string

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.failure, self.progress, self.retryable)

    def __str__(self) -> str:
        parts = [f"{self.code} {self.reason}".strip() + f": {self.message or 'no message'}"]
        if self.recipient_count:
            parts.append(f"{self.acknowledged_count} of {self.recipient_count} acknowledged")
        if self.reason_string:
            parts.append(f"the broker says: {self.reason_string}")
        if self.attempts != 1:
            parts.append(f"{self.attempts} attempts")
        parts.append(f"key {self.key}" if self.key else "no key")
        return "; ".join(parts)


def _rebuild(
    kind: type[PublishError], failure: Failure, progress: Progress, retryable: bool
) -> PublishError:
    return kind(failure, progress, retryable=retryable)


class InvalidFieldError(PublishError):
    """Fields break a rule; `violations` names each. Correct the event."""


class RequestTooLargeError(PublishError):
    """The event has more bytes than the server accepts. Make it smaller."""


class IdempotencyKeyReusedError(PublishError):
    """The key was used for another event. Give each event a key of its own."""


class ResumeTokenError(PublishError):
    """The resume token is damaged or belongs to another event. Repeat without it."""


class UnknownCallerError(PublishError):
    """The API key or client certificate is missing or unknown. Configure a valid one."""


class CallerNotAllowedError(PublishError):
    """The caller may not publish this. Ask the operator for the right."""


class CallerQuotaError(PublishError):
    """The caller's quota stayed used up. Repeat later, or ask the operator for more."""


class OverloadedError(PublishError):
    """The server stayed overloaded. Repeat later."""


class ShuttingDownError(PublishError):
    """The server is shutting down, and no other one answered in time. Repeat later."""


class ConnectionAgeError(PublishError):
    """The connection was to be replaced, and no time was left for that. Repeat later."""


class BrokerUnreachableError(PublishError):
    """No broker was reachable in time. Repeat later."""


class BrokerBusyError(PublishError):
    """The broker was busy or over its quota for too long. Repeat later."""


class BrokerNotAuthorizedError(PublishError):
    """The broker does not let the server publish to a topic. Tell the operator."""


class BrokerLimitError(PublishError):
    """The event exceeds a limit of the broker; `metadata` names it. Make it smaller."""


class BrokerRefusedError(PublishError):
    """The broker refuses the event. Tell the operator."""


class DeadlineExceededError(PublishError):
    """The time for the call ran out. Repeat later."""


class UnreachableError(PublishError):
    """No server answered in time, or the connection broke. Repeat later."""


class UnexpectedError(PublishError):
    """An error that did not come from the service: a proxy, another program, a new version."""


class PublisherClosedError(PublishError):
    """The publisher or the stream was closed before the event had ended."""


BY_REASON: Mapping[str, type[PublishError]] = {
    "INVALID_FIELD": InvalidFieldError,
    "REQUEST_TOO_LARGE": RequestTooLargeError,
    "IDEMPOTENCY_KEY_REUSED": IdempotencyKeyReusedError,
    "RESUME_TOKEN": ResumeTokenError,
    "UNKNOWN_CALLER": UnknownCallerError,
    "CALLER_NOT_ALLOWED": CallerNotAllowedError,
    "CALLER_QUOTA": CallerQuotaError,
    "OVERLOADED": OverloadedError,
    "SHUTTING_DOWN": ShuttingDownError,
    "CONNECTION_AGE": ConnectionAgeError,
    "BROKER_UNREACHABLE": BrokerUnreachableError,
    "BROKER_BUSY": BrokerBusyError,
    "BROKER_NOT_AUTHORIZED": BrokerNotAuthorizedError,
    "BROKER_LIMIT": BrokerLimitError,
    "BROKER_REFUSED": BrokerRefusedError,
}

CLOSED = Failure("CANCELLED", "the publisher or stream was closed", refuses_retries=True)

_BY_CODE: Mapping[str, type[PublishError]] = {
    "DEADLINE_EXCEEDED": DeadlineExceededError,
    "UNAVAILABLE": UnreachableError,
    "CANCELLED": UnreachableError,
    "UNAUTHENTICATED": UnknownCallerError,
}


def to_error(failure: Failure, progress: Progress, *, retryable: bool) -> PublishError:
    """The exception for a failure."""
    kind = BY_REASON.get(failure.reason) or _BY_CODE.get(failure.code, UnexpectedError)
    if failure == CLOSED:
        kind = PublisherClosedError
    return kind(failure, progress, retryable=retryable)


@dataclass(frozen=True)
class Result:
    """What became of one event of several: a delivery or an error."""

    delivery: Delivery | None = None
    error: PublishError | None = field(default=None)

    def get(self) -> Delivery:
        """The delivery. Raises the error if there is one."""
        if self.error is not None:
            raise self.error
        assert self.delivery is not None
        return self.delivery


class BatchError(ExceptionGroup[PublishError]):
    """Some events of a batch or stream were not published.

    Attributes:
      results: Of a batch, the result of each event, in their order. Of a stream, those of the
        first 1,000 events that failed and whose result nobody asked for.
      failed_count: How many events failed; of a stream, how many of those.
    """

    results: tuple[Result, ...]
    failed_count: int

    def __new__(cls, results: Sequence[Result], failed_count: int | None = None) -> BatchError:
        """Of results, at least one of which is a failure. A stream's need `failed_count`."""
        errors = [one.error for one in results if one.error is not None]
        text = f"{len(errors)} of {len(results)} events failed"
        if failed_count is not None:
            text = f"{failed_count} events failed"
        group = super().__new__(cls, text, errors)
        group.results = tuple(results)
        group.failed_count = len(errors) if failed_count is None else failed_count
        return group

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.results, self.failed_count)

    def derive(self, excs: Sequence[PublishError], /) -> ExceptionGroup[PublishError]:  # type: ignore[override]
        return ExceptionGroup(self.message, excs)
