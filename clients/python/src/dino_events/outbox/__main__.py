"""The worker: `python -m dino_events.outbox --help`."""

from __future__ import annotations

import os
import sys

from dino_events.outbox import _settings, table_sql


def main() -> int:
    """Runs the worker until SIGTERM or SIGINT. Returns the exit status."""
    try:
        settings = _settings.read(sys.argv[1:], os.environ)
    except _settings.BadSettingsError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 2
    if settings is None:
        print(table_sql(), end="")
        return 0
    try:
        from dino_events.outbox import _program
    except ImportError as error:
        print(f"error: {error}: install dino-events[postgres]", file=sys.stderr)
        return 2
    return _program.run(settings)


if __name__ == "__main__":
    sys.exit(main())
