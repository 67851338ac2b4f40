"""What a failed call or event told: its code, and the details that the service adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from dino.events.v1 import delivery_pb2

DOMAIN = "dino.events"
_STATUS = "grpc-status-details-bin"
_PUSHBACK = "grpc-retry-pushback-ms"


@dataclass(frozen=True)
class Violation:
    """A field that breaks a rule.

    Attributes:
      field: Its path in the request, such as `message.group_id` or `user_ids[3]`.
      description: The rule, such as "must be at most 64 characters".
    """

    field: str
    description: str


@dataclass(frozen=True)
class Failure:
    """A call's error, read.

    Attributes:
      code: The status code's name, such as `UNAVAILABLE`.
      message: For people.
      reason: A name of `ErrorReason`, or empty if the error did not come from the service.
      metadata: What `ErrorInfo` adds to the reason.
      violations: All fields that break a rule.
      pushback: After how many seconds the server wants the call repeated. None: it did not say.
      refuses_retries: Whether the server asks not to repeat the call.
      progress: Who was acknowledged so far. None: nothing was published, or nobody knows.
    """

    code: str
    message: str
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    violations: tuple[Violation, ...] = ()
    pushback: float | None = None
    refuses_retries: bool = False
    progress: delivery_pb2.PublishFailure | None = None

    @property
    def is_of_one_event(self) -> bool:
        """Whether a batch or stream that ends so does because of one of its events."""
        return self.names_an_event or (
            not self.reason
            and self.pushback is None
            and self.code in ("INVALID_ARGUMENT", "OUT_OF_RANGE", "RESOURCE_EXHAUSTED")
        )

    @property
    def names_an_event(self) -> bool:
        """Whether the service, not gRPC, refused that event: it answers all before it."""
        return self.reason in ("INVALID_FIELD", "REQUEST_TOO_LARGE")


def of_status(status: status_pb2.Status) -> Failure:
    """Reads a `google.rpc.Status`, as results in batches and streams have it."""
    try:
        code = code_pb2.Code.Name(status.code)
    except ValueError:
        code = "UNKNOWN"
    return _read(code, status.message, status.details)


def of_error(error: Any) -> Failure:
    """Reads a `grpc.RpcError`, or a call that has ended."""
    code: grpc.StatusCode = error.code() or grpc.StatusCode.UNKNOWN
    # Not dict(…): grpc.aio's metadata is a mapping of another kind in old versions.
    trailers = {key: value for key, value in error.trailing_metadata() or ()}
    status = status_pb2.Status()
    try:
        status.ParseFromString(trailers.get(_STATUS, b""))
    except DecodeError:
        status.Clear()
    failure = _read(code.name, error.details() or "", status.details)
    return _with_trailer(failure, trailers.get(_PUSHBACK))


def _with_trailer(failure: Failure, pushback: Any) -> Failure:
    """What proxies and gRPC itself say in the trailer counts if there is no `RetryInfo`."""
    try:
        milliseconds = int(pushback)
    except (TypeError, ValueError):
        return failure
    values = {**failure.__dict__, "refuses_retries": milliseconds < 0}
    if milliseconds >= 0 and failure.pushback is None:
        values["pushback"] = milliseconds / 1000
    return Failure(**values)


def _read(code: str, message: str, details: Iterable[Any]) -> Failure:
    values: dict[str, Any] = {}
    for packed in details:
        info = error_details_pb2.ErrorInfo()
        bad_request = error_details_pb2.BadRequest()
        retry_info = error_details_pb2.RetryInfo()
        progress = delivery_pb2.PublishFailure()
        try:
            if packed.Unpack(info) and info.domain == DOMAIN:
                values.update(reason=info.reason, metadata=dict(info.metadata))
            elif packed.Unpack(bad_request):
                values["violations"] = tuple(
                    Violation(one.field, one.description) for one in bad_request.field_violations
                )
            elif packed.Unpack(retry_info):
                delay = retry_info.retry_delay
                values["pushback"] = max(0.0, delay.seconds + delay.nanos / 1e9)
            elif packed.Unpack(progress):
                values["progress"] = progress
        except DecodeError:
            continue  # The code says enough.
    return Failure(code, message, **values)
