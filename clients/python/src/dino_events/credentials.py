"""API keys and TLS files, which are read again when they change."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc

from dino_events._fork import forget_in_child
from dino_events.observer import log

Stamp = tuple[int, int, int] | None

_LOOK_AGAIN = 1.0  # Seconds.


def _stamp(path: str | os.PathLike[str]) -> Stamp:
    """Differs when a file was written or replaced. None: there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class ApiKey:
    """The API key, of a file or fixed. Thread-safe.

    A file is looked at once a second. While it has no usable key the last one is used. Raises
    OSError if there is no file, and ValueError if the key is not of visible ASCII.
    """

    def __init__(
        self,
        key: str | None = None,
        file: str | os.PathLike[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if key is not None and file is not None:
            raise ValueError("give either api_key or api_key_file")
        self._file = file
        self._clock = clock
        self._stamp: Stamp = None
        self._key = key
        self._version = 0
        self._looked_at = clock()
        self._lock = threading.Lock()
        self._complained = False
        if file is not None:
            self._stamp = _stamp(file)  # Before it is read, so that no later change is missed.
            self._key = _read_key(file)
        elif key is not None:
            self._key = _checked(key)
        forget_in_child(self)

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata of a call."""
        self._look()
        return (("authorization", f"Bearer {self._key}"),) if self._key else ()

    @property
    def version(self) -> int:
        """Changes when the key does."""
        return self._version

    def renewed_since(self, version: int) -> bool:
        """Looks whether the key is another one than that of a version."""
        self._look(now=True)
        return self._version != version

    def _look(self, *, now: bool = False) -> None:
        if self._file is None:
            return
        with self._lock:
            time_now = self._clock()
            if not now and time_now - self._looked_at < _LOOK_AGAIN:
                return
            self._looked_at = time_now
            stamp = _stamp(self._file)
            if stamp is None or stamp == self._stamp:
                return
            try:
                key = _read_key(self._file)
            except (OSError, ValueError) as error:
                if not self._complained:
                    log.warning("%s: %s; the last API key stays", self._file, error)
                self._complained = True
                return
            if not key:
                return  # It is being written.
            self._stamp = stamp
            self._complained = False
            if key != self._key:
                self._key = key
                self._version += 1

    def _forget(self) -> None:
        self._lock = threading.Lock()


def _read_key(file: str | os.PathLike[str]) -> str:
    return _checked(Path(file).read_text(encoding="latin-1").strip())


def _checked(key: str) -> str:
    """The key itself. The error must not show it."""
    if not all("!" <= one <= "~" for one in key):
        raise ValueError("the API key must be of visible ASCII")
    return key


@dataclass(frozen=True)
class Tls:
    """TLS towards the server.

    Attributes:
      ca_file: The authorities that may have signed its certificate, as PEM. None: those that
        gRPC brings.
      cert_file: The certificate that the publisher shows, with its chain, as PEM.
      key_file: Its key, as PEM.

    New files count for new connections: the publisher makes one when a file has changed.
    """

    ca_file: str | os.PathLike[str] | None = None
    cert_file: str | os.PathLike[str] | None = None
    key_file: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("cert_file and key_file need each other")

    def stamps(self) -> tuple[Stamp, ...]:
        """Differs when one of the files was written or replaced."""
        files = (self.ca_file, self.cert_file, self.key_file)
        return tuple(None if one is None else _stamp(one) for one in files)

    def credentials(self) -> grpc.ChannelCredentials:
        """Reads the files. Raises OSError."""

        def read(file: str | os.PathLike[str] | None) -> bytes | None:
            return None if file is None else Path(file).read_bytes()

        return grpc.ssl_channel_credentials(
            root_certificates=read(self.ca_file),
            private_key=read(self.key_file),
            certificate_chain=read(self.cert_file),
        )
