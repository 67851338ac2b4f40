"""Events and failures, as several tests need them."""

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2

from dino.events.v1 import delivery_pb2
from dino_events import events
from dino_events.failure import Failure

GROUP = "6cbb3265-2a7f-494d-92ad-f4503d55d49f"


def message(to=(1,), text="Lunch?", **options):
    return events.message(group_id=GROUP, sender_id=7, text=text, to=to, **options)


def failed(code, reason="", *, pushback=None, token=b"", acknowledged=0, refuses_retries=False):
    progress = None
    if token or acknowledged:
        progress = delivery_pb2.PublishFailure(
            event_id="id", recipient_count=9, acknowledged_count=acknowledged, resume_token=token
        )
    return Failure(
        code,
        "told",
        reason,
        pushback=pushback,
        progress=progress,
        refuses_retries=refuses_retries,
    )


def status(code, reason="", *, retry_after=None, progress=None, fields=(), domain="dino.events"):
    """A google.rpc.Status as the server makes it."""
    made = status_pb2.Status(code=code_pb2.Code.Value(code), message="told")
    details = []
    if reason:
        details.append(error_details_pb2.ErrorInfo(reason=reason, domain=domain))
    if retry_after is not None:
        delay = Duration()
        delay.FromNanoseconds(round(retry_after * 1e9))
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    if progress is not None:
        details.append(progress)
    if fields:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=one, description="is wrong")
            for one in fields
        ]
        details.append(error_details_pb2.BadRequest(field_violations=violations))
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        made.details.append(packed)
    return made
