"""Whether others work on this machine."""

import os
import time
from pathlib import Path

# What others may use before a run, and for how long a run waits for that, in seconds.
CORES = 0.2
PATIENCE = 60
WATCHED = 0.5


def _busy_seconds():
    """Processor time of all processes and of the system, since it was started."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, fields)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def cores_in_use(seconds=WATCHED):
    """How many processors are used on average during that time."""
    began, before = time.monotonic(), _busy_seconds()
    time.sleep(seconds)
    return (_busy_seconds() - before) / (time.monotonic() - began)


def wait(cores_in_use=cores_in_use, patience=PATIENCE, clock=time.monotonic):
    """Returns once others use little. Returns what they use; more than `CORES` if patience ends."""
    until = clock() + patience
    while True:
        cores = cores_in_use()
        if cores < CORES or clock() >= until:
            return cores
