"""The worker's parts, put together by its settings."""

from __future__ import annotations

import argparse
import random
import signal
import sys
from collections.abc import Callable

from prometheus_client import CollectorRegistry

from dino_events.credentials import Tls
from dino_events.observer import log
from dino_events.outbox import _log, _settings
from dino_events.outbox._attempt import attempt
from dino_events.outbox._lane import Meter, Terms
from dino_events.outbox._metrics import BacklogCollector, Metrics
from dino_events.outbox._ops import Ops
from dino_events.outbox._service import Plan, Service, parameters
from dino_events.outbox._verdict import Judge
from dino_events.policy import default_policy
from dino_events.publisher import Publisher


def run(settings: argparse.Namespace) -> int:
    """Runs the worker until SIGTERM or SIGINT. Returns the exit status."""
    _log.set_up(settings.log_level, settings.log_format)
    registry = CollectorRegistry()
    try:
        parameters(_settings.database(settings))
        publisher = _publisher(settings)
        service = _service(settings, publisher, Metrics(registry))
        ops = _ops(settings, service, registry)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    with publisher:
        status = _until_the_end(service)
    if ops is not None:
        ops.close()
    return status


def _publisher(settings: argparse.Namespace) -> Publisher:
    files = (settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file)
    return Publisher(
        settings.address,
        tls=Tls(*files) if settings.tls or any(files) else None,
        api_key_file=settings.api_key_file,
        max_recipients=settings.max_recipients,
    )


def _service(settings: argparse.Namespace, publisher: Publisher, meter: Meter) -> Service:
    def terms(stopping: Callable[[], bool]) -> Terms:
        return Terms(
            publish=lambda events: publisher._run(attempt(publisher._context, events)),
            judge=Judge(
                default_policy(), "failed" if settings.on_failure == "continue" else "blocked"
            ),
            meter=meter,
            random=random.random,
            batch=settings.batch_events,
            keep=settings.keep_published > 0,
            stopping=stopping,
        )

    plan = Plan(
        database=lambda: _settings.database(settings),
        lanes=settings.lanes,
        poll=settings.poll_interval,
        keep=settings.keep_published,
    )
    return Service(plan, terms)


def _ops(settings: argparse.Namespace, service: Service, registry: CollectorRegistry) -> Ops | None:
    BacklogCollector(registry, lambda: service.backlog)
    if settings.ops_address is None:
        return None
    host, port = settings.ops_address
    ops = Ops(
        host,
        port,
        registry,
        alive=lambda: service.working,
        ready=lambda: service.backlog is not None,
    )
    log.info("metrics at %s", ops.address)
    return ops


def _until_the_end(service: Service) -> int:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.start()
    try:
        service.wait()
    except Exception:
        log.exception("the worker cannot go on")
        return 1
    log.info("stopped")
    return 0
