"""Who received what and when, and what that says of the outbox."""

import collections
import itertools
import json

# For so many seconds a call that was under way at a kill may have its effects.
UNDER_WAY = 15.0
# What the broker acknowledged in the last moments before it was killed may be gone with it.
LAST_MOMENTS = 3.0


class Receipts:
    """What a mosquitto_sub wrote, one `TIME TOPIC PAYLOAD` a line."""

    def __init__(self, path):
        self._times = collections.defaultdict(list)  # By user and text.
        self._firsts = collections.defaultdict(list)  # By user and sequence: numbers.
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    self._add(*line.split(" ", 2))

    def _add(self, time, topic, payload):
        user = int(topic.rpartition("/")[2])
        text = json.loads(payload)["message_payload"]
        if not self._times[user, text]:
            sequence, _, number = text.partition(":")
            self._firsts[user, sequence].append(int(number))
        self._times[user, text].append(float(time))

    def judge(self, rows, kills):
        """Counts what is wrong, and copies. `rows`: (text, users, finished) of what was published.

        `kills`: (time, what) of each kill.
        """
        counts = collections.Counter(lost=0, lost_with_broker=0, doubled=0, copies=0, ghosts=0)
        for text, users, finished in rows:
            for user in users:
                self._judge_one(counts, kills, finished, self._times.pop((user, text), []))
        counts["ghosts"] = sum(bool(times) for times in self._times.values())
        counts["swapped"] = sum(
            later < earlier
            for numbers in self._firsts.values()
            for earlier, later in itertools.pairwise(numbers)
        )
        return counts

    def _judge_one(self, counts, kills, finished, times):
        if not times:
            with_broker = any(
                what == "broker" and at - LAST_MOMENTS < finished < at + 1 for at, what in kills
            )
            counts["lost_with_broker" if with_broker else "lost"] += 1
            return
        copies = len(times) - 1
        counts["copies"] += copies
        reasons = sum(times[0] - UNDER_WAY < at < times[-1] for at, _ in kills)
        counts["doubled"] += max(0, copies - reasons)
