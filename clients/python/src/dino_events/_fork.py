"""What a child process must not take over from its parent."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forgetful(Protocol):
    """Has locks or connections that belong to one process."""

    def _forget(self) -> None:
        """Makes them anew: a thread that holds a lock does not exist in the child."""


_all: weakref.WeakSet[Forgetful] = weakref.WeakSet()


def forget_in_child(one: Forgetful) -> None:
    """Lets it forget after each fork."""
    _all.add(one)


def _forget_all() -> None:
    for one in _all:
        one._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
