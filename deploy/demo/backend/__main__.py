"""Runs the demonstration until it is interrupted."""

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from aiohttp import web
from once import play
from programs import ProgramError
from stage import Stage
from web import add_headers, make_app

CALL_TIMEOUT = 10.0


def parse_arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--mqtt-module", required=True, type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--once", action="store_true")
    return parser.parse_args()


async def serve(stage, arguments):
    app = make_app(stage, arguments.mqtt_module)
    app.on_response_prepare.append(add_headers)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    try:
        # Nobody beyond this machine can ask, and not many at a time.
        await web.TCPSite(runner, "127.0.0.1", arguments.port, backlog=32).start()
        port = runner.addresses[0][1]
        print(f"\n  Open  http://127.0.0.1:{port}/\n\n  Ctrl-C ends it.", flush=True)
        await asyncio.Event().wait()  # Until it is cancelled.
    finally:
        stage.feed.close()
        await runner.cleanup()


def cancel_on_signals(task):
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt():
        for number in numbers:  # What has begun to end is not interrupted.
            loop.add_signal_handler(number, lambda: None)
        task.cancel()

    for number in numbers:
        loop.add_signal_handler(number, interrupt)


async def run(arguments):
    cancel_on_signals(asyncio.current_task())
    with tempfile.TemporaryDirectory(prefix="dino-demo.") as directory:
        stage = Stage(Path(directory), arguments.bridge, CALL_TIMEOUT)
        try:
            await stage.start()
            if arguments.once:
                return await play(stage)
            await serve(stage, arguments)
        except asyncio.CancelledError:
            return 130 if arguments.once or not stage.chat else 0
        except (OSError, ProgramError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        finally:
            await stage.stop()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(parse_arguments())))
