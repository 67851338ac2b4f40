"""The metrics of a worker, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from dino.events.v1 import event_publisher_service_pb2 as api
from dino_events.errors import BY_REASON
from dino_events.failure import Failure
from dino_events.outbox._lane import Meter
from dino_events.outbox._store import Backlog

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)
_KINDS = [field.name for field in api.EventRequest.DESCRIPTOR.fields]


class Metrics(Meter):
    """Counts. All series exist from the start, at 0."""

    def __init__(self, registry: CollectorRegistry) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        ProcessCollector(registry=registry)
        self._published = Counter(
            "dino_outbox_published_events", "Events that were published, by their kind.",
            ["event_type"], registry=registry,
        )  # fmt: skip
        self._delay = Histogram(
            "dino_outbox_delay_seconds", "From the enqueuing of an event until it was published.",
            buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._failed = Counter(
            "dino_outbox_failed_attempts", "Attempts of single events that failed, by the reason.",
            ["reason"], registry=registry,
        )  # fmt: skip
        self._set_aside = Counter(
            "dino_outbox_set_aside_events", "Events that were set aside, by the reason.",
            ["reason"], registry=registry,
        )  # fmt: skip
        self._calls = Counter(
            "dino_outbox_failed_calls", "Calls that failed as a whole, by the reason or code.",
            ["reason"], registry=registry,
        )  # fmt: skip
        self._database = Counter(
            "dino_outbox_database_errors", "Transactions that PostgreSQL did not complete.",
            registry=registry,
        )  # fmt: skip
        for kind in _KINDS:
            self._published.labels(kind)
        for reason in BY_REASON:
            self._failed.labels(reason)
            self._set_aside.labels(reason)
            self._calls.labels(reason)

    def published(self, kind: str, age: float) -> None:
        self._published.labels(kind).inc()
        self._delay.observe(max(0.0, age))

    def failed(self, error: str, state: str) -> None:
        reason = error.partition(":")[0]
        self._failed.labels(reason).inc()
        if state != "pending":
            self._set_aside.labels(reason).inc()

    def call_failed(self, failure: Failure) -> None:
        self._calls.labels(failure.reason or failure.code).inc()

    def database_failed(self) -> None:
        self._database.inc()


class BacklogCollector(Collector):
    """What is in the table, as it was counted last; no series while that is unknown."""

    def __init__(self, registry: CollectorRegistry, backlog: Callable[[], Backlog | None]) -> None:
        self._backlog = backlog
        registry.register(self)

    def collect(self) -> Iterable[Metric]:
        backlog = self._backlog()
        if backlog is None:
            return
        yield GaugeMetricFamily(
            "dino_outbox_pending_events", "Rows that are not finished, blocked ones included.",
            value=backlog.pending,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "dino_outbox_oldest_event_seconds", "The age of the oldest of them; 0: there is none.",
            value=backlog.oldest,
        )  # fmt: skip
        yield GaugeMetricFamily(
            "dino_outbox_set_aside_rows", "Rows that wait for a person: failed and blocked ones.",
            value=backlog.set_aside,
        )  # fmt: skip
