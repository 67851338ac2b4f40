"""What the peers in Python share: their options, and the counting of acknowledgements."""

import argparse
import json
import time

FIRST_USER = 1_000_000


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--topics", type=int, default=1000, help="of one event")
    parser.add_argument("--in_progress", type=int, default=8, help="events at a time")
    parser.add_argument("--warm_up", type=float, default=0.5, help="in seconds")
    parser.add_argument("--duration", type=float, default=2.0, help="in seconds")
    parser.add_argument("--payload_file", required=True)
    options = parser.parse_args()
    with open(options.payload_file, "rb") as file:
        options.payload = file.read()
    return options


def topics_of(options, place):
    """The topics of the events in one of the places in progress."""
    first = FIRST_USER + place * options.topics
    return [f"dms/dev/{user}" for user in range(first, first + options.topics)]


class Span:
    """Counts acknowledgements between a warm-up and an end. Not thread-safe."""

    def __init__(self, options):
        self._warm_up = options.warm_up
        self._duration = options.duration
        self._begin = None
        self._start = None
        self._end = None
        self._cpu = 0.0
        self._count = 0
        self.ended = False

    def add(self):
        now = time.perf_counter()
        if self._start is not None:
            if not self.ended:
                self._count += 1
                if now - self._start >= self._duration:
                    self._end = now
                    self._cpu = time.process_time() - self._cpu
                    self.ended = True
        elif self._begin is None:
            self._begin = now
        elif now - self._begin >= self._warm_up:
            self._start = now
            self._cpu = time.process_time()

    def print(self, program, version):
        seconds = self._end - self._start
        line = {
            "program": program,
            "version": version,
            "acknowledged": self._count,
            "seconds": round(seconds, 4),
            "acknowledged_per_second": round(self._count / seconds, 1),
            "cpu_us_per_publication": round(self._cpu * 1e6 / self._count, 2),
        }
        print(json.dumps(line), flush=True)
