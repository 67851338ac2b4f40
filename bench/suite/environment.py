"""What was measured on what."""

import datetime
import os
import subprocess
from pathlib import Path

PACKAGES = {
    "mosquitto": "mosquitto",
    "libmosquitto": "libmosquitto1",
    "gRPC": "libgrpc++-dev",
    "protobuf": "libprotobuf-dev",
    "abseil": "libabsl-dev",
}


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def field_of(path, name, separator):
    for line in Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.split(separator, 1)[1].strip().strip('"')
    return "unknown"


def describe(repository):
    """The facts of this machine and build, by name."""
    memory = int(field_of("/proc/meminfo", "MemTotal", ":").split()[0]) / 1048576
    versions = {
        name: output_of("dpkg-query", "-W", "-f", "${Version}", package)
        for name, package in PACKAGES.items()
    }
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": output_of("git", "-C", repository, "describe", "--always", "--dirty"),
        "cpu": f"{field_of('/proc/cpuinfo', 'model name', ':')}, {os.cpu_count()} cores",
        "memory": f"{memory:.1f} GiB",
        "system": f"{field_of('/etc/os-release', 'PRETTY_NAME', '=')}, Linux {os.uname().release}",
        "compiler": output_of("c++", "--version").splitlines()[0],
        "load_before": os.getloadavg()[0],
        "versions": versions,
    }
