"""The same callers in Go: a program that tells what became of each event."""

import collections
import json
import os
import subprocess
import threading
from types import SimpleNamespace

from dino.events.v1 import delivery_pb2
from dino_events.failure import Failure

FIRST_USER = 1
LOADS = ("go-unary", "go-batch", "go-stream", "go-unary-2", "go-batch-2", "go-stream-2")


def command(stage, timeout, *arguments):
    """The program that DINO_GO_LOADS names, with its arguments."""
    keys = [f"-key-file={stage.key_file}"] if stage.key_file else []
    program = [os.environ["DINO_GO_LOADS"], f"-address={stage.address}", f"-timeout={timeout}s"]
    return ["setpriv", "--pdeathsig=KILL", "--", *program, *keys, *arguments]


def failure_of(told):
    """What one attempt of an event told."""
    progress = None
    if told["recipient_count"]:
        progress = delivery_pb2.PublishFailure(
            recipient_count=told["recipient_count"],
            acknowledged_count=told["acknowledged_count"],
            failed_recipients=[delivery_pb2.RecipientResult(user_id=one) for one in told["users"]],
        )
    return Failure(told["reason"], told["message"], progress=progress)


def error_of(told):
    """The error of an event that was given up, as far as the ledger reads it."""
    if told is None:
        return None
    return SimpleNamespace(retryable=told["retryable"], retry_after=told["retry_after"])


class GoLoads:
    """All of them at once."""

    def __init__(self, stage, timeout, make_ledger):
        self.loads = {name: SimpleNamespace(ledger=make_ledger()) for name in LOADS}
        self._program = subprocess.Popen(
            command(stage, timeout, f"-first-user={FIRST_USER}"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._program.stdout:
            told = json.loads(line)
            ledger = self.loads[told["load"]].ledger
            if "failed" in told:
                ledger.observer.event_failed(told["failed"]["key"], failure_of(told["failed"]))
            elif "text" in told:
                error = error_of(told.get("error"))
                ledger.note(told["text"], told["users"], error, told["took"])

    def finish(self, patience):
        """Stops the program, and raises if it failed."""
        self._program.stdin.close()
        status = self._program.wait(patience)
        self._reader.join(patience)
        if status != 0:
            raise RuntimeError(f"the loads in Go ended with {status}")


def publish_to_many(stage, members, delivered):
    """Publishes one event in Go. `delivered` is set once a part was delivered.

    Returns how many recipients it had, how many were acknowledged, and in how many parts.
    """
    arguments = command(stage, 60, f"-members={members}")
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as program:
        told = collections.deque(maxlen=1)
        for line in program.stdout:
            told.append(json.loads(line))
            if told[0].get("success"):
                delivered.set()
    delivery = told[0]["delivery"]
    return delivery["RecipientCount"], delivery["AcknowledgedCount"], len(delivery["EventIDs"])
