"""The retry policy: data that all client packages share."""

from __future__ import annotations

import enum
import functools
import importlib.resources
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Action(enum.Enum):
    """What to do after an error."""

    STOP = "stop"
    """Report it: repeating the call would fail again."""
    RETRY = "retry"
    """Wait for the server's pushback, or else back off, and repeat the call."""
    RETRY_IF_PUSHED = "retry_if_pushed"
    """The same if the error says how long to wait; stop otherwise."""
    REOPEN = "reopen"
    """Repeat at once: the server wants a new connection."""
    DROP_TOKEN = "drop_token"
    """Repeat once without the resume token if an earlier error gave it; stop otherwise."""
    RENEW_CREDENTIALS = "renew_credentials"
    """Repeat if the credentials have changed since the call was sent; stop otherwise."""


@dataclass(frozen=True)
class Rule:
    """What an error means."""

    action: Action
    maybe_published: bool


@dataclass(frozen=True)
class Limits:
    """The server's default limits, by which large calls are split."""

    recipients: int
    batch_events: int
    stream_events: int
    request_bytes: int


@dataclass(frozen=True)
class Connection:
    """How connections are kept. All values are seconds."""

    keep_alive_time: float
    keep_alive_timeout: float
    reconnect_initial: float
    reconnect_maximum: float
    connect_timeout: float


@dataclass(frozen=True)
class Policy:
    """Which errors are retried, when, and for how long. All durations are seconds.

    Attributes:
      timeout: How long a call may take, with all its attempts.
      attempt_timeout: How long one attempt may take.
      initial_backoff: The longest wait before the second attempt. Each further one is
        `multiplier` times as long, up to `maximum_backoff`.
      jitter: The part of a wait that is random: 0.5 waits half of it to all of it.
      pushback_jitter: By how much a pushback is stretched at most, at random.
      reasons: What an error with a reason of the service means.
      codes: What an error without one means, by its status code.
    """

    timeout: float
    attempt_timeout: float
    initial_backoff: float
    multiplier: float
    maximum_backoff: float
    jitter: float
    pushback_jitter: float
    limits: Limits
    connection: Connection
    reasons: Mapping[str, Rule]
    codes: Mapping[str, Rule]

    def rule(self, reason: str, code: str) -> Rule:
        """What an error means. A reason that a newer server has is judged by its code."""
        return self.reasons.get(reason) or self.codes.get(code) or Rule(Action.STOP, True)

    def backoff(self, failures: int, random: float) -> float:
        """Seconds to wait after so many failures, 1 or more. `random` is from 0 up to 1."""
        longest = self.initial_backoff * self.multiplier ** min(failures - 1, 30)
        return min(longest, self.maximum_backoff) * (1 - self.jitter * random)

    def pushed(self, pushback: float, random: float) -> float:
        """Seconds to wait if the server asks for `pushback` seconds: never less."""
        return pushback * (1 + self.pushback_jitter * random)


def seconds(duration: str) -> float:
    """The seconds of a duration such as `0.1s`."""
    if not duration.endswith("s"):
        raise ValueError(f"not a duration in seconds: {duration!r}")
    return float(duration[:-1])


def parse(text: str) -> Policy:
    """Reads a policy in the form of `retry_policy.json`. Raises ValueError or KeyError."""
    data = json.loads(text)
    backoff = data["backoff"]
    return Policy(
        timeout=seconds(data["timeout"]),
        attempt_timeout=seconds(data["attempt_timeout"]),
        initial_backoff=seconds(backoff["initial"]),
        multiplier=float(backoff["multiplier"]),
        maximum_backoff=seconds(backoff["maximum"]),
        jitter=float(backoff["jitter"]),
        pushback_jitter=float(data["pushback"]["jitter"]),
        limits=Limits(**data["limits"]),
        connection=Connection(**{k: seconds(v) for k, v in data["connection"].items()}),
        reasons=_rules(data["reasons"]),
        codes=_rules(data["codes"]),
    )


def _rules(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Rule]:
    return {
        name: Rule(Action(entry["action"]), entry["published"] == "maybe")
        for name, entry in entries.items()
    }


@functools.cache
def default_policy() -> Policy:
    """The policy of the package."""
    file = importlib.resources.files(__package__) / "retry_policy.json"
    return parse(file.read_text(encoding="utf-8"))
