"""The trace context of the caller, if OpenTelemetry is there."""

from __future__ import annotations

import importlib
from typing import Any


def _find_propagate() -> Any:
    try:
        return importlib.import_module("opentelemetry.propagate")
    except ImportError:
        return None


_propagate = _find_propagate()


def metadata() -> tuple[tuple[str, str], ...]:
    """The metadata `traceparent` of the current span; nothing without one."""
    if _propagate is None:
        return ()
    carrier: dict[str, str] = {}
    _propagate.inject(carrier)
    return (("traceparent", carrier["traceparent"]),) if "traceparent" in carrier else ()
