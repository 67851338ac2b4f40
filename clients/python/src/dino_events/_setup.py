"""What a publisher is made of, blocking or not."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from dino_events import _trace
from dino_events._attempts import Rules
from dino_events._calls import Context
from dino_events._channel import Channels, options, target
from dino_events.credentials import ApiKey, Tls
from dino_events.observer import Observer
from dino_events.policy import Policy, default_policy

C = TypeVar("C")


class Setup:
    """The arguments of a publisher. Thread-safe."""

    def __init__(
        self,
        address: str | Sequence[str],
        tls: Tls | bool | None,
        api_key_file: str | os.PathLike[str] | None,
        api_key: str | None,
        timeout: float | None,
        max_recipients: int | None,
        observer: Observer | None,
        policy: Policy | None,
    ) -> None:
        policy = policy or default_policy()
        if max_recipients is not None:
            policy = replace(policy, limits=replace(policy.limits, recipients=max_recipients))
        self._target = target(address)
        self._options = options(policy.connection)
        self._tls = Tls() if tls is True else tls or None
        self._key = ApiKey(api_key, api_key_file)
        self.context = Context(
            rules=Rules(policy, credentials=self._key, observer=observer or Observer()),
            timeout=policy.timeout if timeout is None else timeout,
        )

    def channels(
        self,
        connect: Callable[[str, Any, list[tuple[str, Any]]], C],
        close: Callable[[C], None],
    ) -> Channels[C]:
        """The channels to the servers."""

        def make() -> C:
            credentials = self._tls.credentials() if self._tls else None
            return connect(self._target, credentials, self._options)

        return Channels(make, close, self._tls)

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata of a call that begins now."""
        return self._key.metadata() + _trace.metadata()
