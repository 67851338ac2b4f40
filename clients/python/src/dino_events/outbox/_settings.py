"""The settings of a worker: flags, and environment variables beside them."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(text: str) -> float:
    """Seconds of a duration such as `500ms` or `1m30s`. Raises ValueError."""
    parts = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("must be a duration such as 500ms, 30s or 1m30s")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def _positive_duration(text: str) -> float:
    seconds = duration(text)
    if seconds <= 0:
        raise ValueError("must be more than 0")
    return seconds


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def _one_of(*names: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError("must be one of " + ", ".join(names))
        return text

    return parse


def _true_or_false(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


def _file(text: str) -> str | None:
    if text and not os.access(text, os.R_OK):
        raise ValueError("must be the path of a readable file")
    return text or None


def _listen_address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("must be host:port, with an IPv6 address in brackets; or empty: off")
    return host.strip("[]"), int(port)


def _any(text: str) -> str:
    return text


@dataclass(frozen=True)
class Setting:
    """A setting: its name, its default as text, how it is read, and what it is."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "DINO_OUTBOX_" + self.name.upper().replace("-", "_")


SETTINGS = (
    Setting("database", "", _any,
            "Where PostgreSQL is: a URL or `key=value` text of libpq, without a password. What it "
            "leaves out is taken from libpq's own variables, such as PGHOST and PGPASSFILE."),
    Setting("database-file", "", _file,
            "A file with the same, for one with a password. Read again for each connection."),
    Setting("address", "127.0.0.1:50051", _any,
            "Where dino-bridge is: host:port, whose addresses share the calls, or IP:port,…."),
    Setting("api-key-file", "", _file, "The API key to call it with. Read again when it changes."),
    Setting("tls", "false", _true_or_false,
            "Whether to call it over TLS. On by itself if one of the next three is set."),
    Setting("tls-ca-file", "", _file, "The authorities that may have signed its certificate."),
    Setting("tls-cert-file", "", _file, "The worker's certificate, in PEM format."),
    Setting("tls-key-file", "", _file, "Its key."),
    Setting("on-failure", "continue", _one_of("continue", "block"),
            "What becomes of later events of the same ordering key when one is set aside because "
            "it can never be published: they go on, or wait until a person decides."),
    Setting("lanes", "2", _whole(1, 64),
            "How many transactions publish new events side by side; one more repeats failed ones."),
    Setting("batch-events", "500", _whole(1, 1000),
            "How many events a transaction takes at most. Of large events it takes only 8 MiB."),
    Setting("max-recipients", "10000", _whole(1, 100_000_000),
            "The server's setting of that name: larger events are published in parts."),
    Setting("poll-interval", "1s", _positive_duration,
            "How long a lane waits when there is nothing to do and nobody wakes it."),
    Setting("keep-published", "1h", duration,
            "How long published rows stay. 0s: they are deleted at once."),
    Setting("ops-address", "127.0.0.1:8081", _listen_address,
            "Where to listen for operators, over HTTP: /metrics, /livez, /readyz. Empty: off."),
    Setting("log-level", "info", _one_of("debug", "info", "warning", "error"), "What to log."),
    Setting("log-format", "json", _one_of("json", "text"), "How to log, on standard error."),
)  # fmt: skip


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m dino_events.outbox",
        description="Publishes the events of the table dino_outbox through dino-bridge, in order. "
        "Every setting is a flag, or the environment variable beside it; the flag wins. "
        "Durations need a unit: 500ms, 30s, 1m30s.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--print-sql", action="store_true", help="print the SQL that makes the table, and end"
    )
    for one in SETTINGS:
        text = f"{one.variable}. {one.help} Default: {one.default or 'none'}."
        parser.add_argument(f"--{one.name}", metavar="VALUE", help=text.replace("%", "%%"))
    return parser


class BadSettingsError(Exception):
    """Some settings are wrong; the text names them all, one a line."""


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> argparse.Namespace | None:
    """The settings, with `_` for `-` in their names. None: the SQL is wanted.

    Raises BadSettingsError. Ends the process for `--help` and for flags that do not exist.
    """
    given = _parser().parse_args(arguments)
    if given.print_sql:
        return None
    wrong = []
    settings = argparse.Namespace()
    for one in SETTINGS:
        name = one.name.replace("-", "_")
        flag = getattr(given, name)
        text = environment.get(one.variable, one.default) if flag is None else flag
        try:
            setattr(settings, name, one.parse(text))
        except ValueError as error:
            where = one.variable if flag is None else f"--{one.name}"
            wrong.append(f"{where} {error}, but is {text!r}")
    wrong += _contradictions(settings) if not wrong else []
    if wrong:
        raise BadSettingsError("\n".join(wrong))
    return settings


def _contradictions(settings: argparse.Namespace) -> list[str]:
    wrong = []
    if settings.database and settings.database_file:
        wrong.append("--database and --database-file exclude each other")
    if (settings.tls_cert_file is None) != (settings.tls_key_file is None):
        wrong.append("--tls-cert-file and --tls-key-file need each other")
    return wrong


def database(settings: argparse.Namespace) -> str:
    """Where PostgreSQL is. Raises OSError."""
    if settings.database_file:
        return Path(settings.database_file).read_text(encoding="utf-8").strip()
    return str(settings.database)
