"""The trace context of the caller, if OpenTelemetry is there."""

from __future__ import annotations

import importlib
from typing import Any


def _find(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None


_trace = _find("opentelemetry.trace")
_propagate = _find("opentelemetry.propagate")


def metadata() -> tuple[tuple[str, str], ...]:
    """The metadata `traceparent` of the current span; nothing without one."""
    if _trace is None or not _trace.get_current_span().get_span_context().is_valid:
        return ()
    carrier: dict[str, str] = {}
    _propagate.inject(carrier)
    return (("traceparent", carrier["traceparent"]),) if "traceparent" in carrier else ()
