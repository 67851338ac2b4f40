"""Publishes chat events to users through dino-bridge.

from dino_events import Publisher

with Publisher("dino-bridge:50051") as publisher:
    publisher.message(group_id=group, sender_id=7, text="Lunch?", to=[1234, 4321])
"""

from importlib.metadata import version

from dino_events.aio import AsyncPublisher
from dino_events.aio_stream import AsyncPendingDelivery, AsyncStream
from dino_events.credentials import Tls
from dino_events.errors import (
    BatchError,
    BrokerBusyError,
    BrokerLimitError,
    BrokerNotAuthorizedError,
    BrokerRefusedError,
    BrokerUnreachableError,
    CallerNotAllowedError,
    CallerQuotaError,
    ConnectionAgeError,
    DeadlineExceededError,
    IdempotencyKeyReusedError,
    InvalidFieldError,
    OverloadedError,
    PublisherClosedError,
    PublishError,
    RequestTooLargeError,
    Result,
    ResumeTokenError,
    ShuttingDownError,
    UnexpectedError,
    UnknownCallerError,
    UnreachableError,
)
from dino_events.event import Event
from dino_events.failure import Violation
from dino_events.methods import EventMethods, events
from dino_events.observer import Attempt, Observer
from dino_events.policy import Policy, default_policy
from dino_events.publisher import Publisher
from dino_events.stream import PendingDelivery, Stream
from dino_events.types import (
    Delivery,
    GroupType,
    Options,
    Outcome,
    Qos,
    RecipientResult,
    ResultDetail,
)

__version__ = version("dino-events")

__all__ = [
    "AsyncPendingDelivery",
    "AsyncPublisher",
    "AsyncStream",
    "Attempt",
    "BatchError",
    "BrokerBusyError",
    "BrokerLimitError",
    "BrokerNotAuthorizedError",
    "BrokerRefusedError",
    "BrokerUnreachableError",
    "CallerNotAllowedError",
    "CallerQuotaError",
    "ConnectionAgeError",
    "DeadlineExceededError",
    "Delivery",
    "Event",
    "EventMethods",
    "GroupType",
    "IdempotencyKeyReusedError",
    "InvalidFieldError",
    "Observer",
    "Options",
    "Outcome",
    "OverloadedError",
    "PendingDelivery",
    "Policy",
    "PublishError",
    "Publisher",
    "PublisherClosedError",
    "Qos",
    "RecipientResult",
    "RequestTooLargeError",
    "Result",
    "ResultDetail",
    "ResumeTokenError",
    "ShuttingDownError",
    "Stream",
    "Tls",
    "UnexpectedError",
    "UnknownCallerError",
    "UnreachableError",
    "Violation",
    "default_policy",
    "events",
]
