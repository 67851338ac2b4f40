"""Runs clang-tidy on the files of a compilation database that changed since they were clean.

The preset `tidy` is a unity build: clang-tidy reads a header once for several files, which takes a
quarter of the time. A clean result is remembered under a digest of all that it read: its version,
its configuration, the compile command, the files and every header that they include. The paths in
it are relative to the checkout, so that another clone knows the result too. Where there is no such
result, the commit counts at which all files were clean.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from tidy_baseline import Baseline

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
CACHE = CACHE / "dino-bridge" / "clang-tidy"
VERSION = re.compile(r"\d+\.\d+\.\d+")
NOISE = re.compile(
    r"^\d+ warnings? (and \d+ errors? )?generated|^Suppressed|^Use -header|^\[\d+/\d+\]"
)


@functools.lru_cache(maxsize=None)
def content(path):
    """The digest of a file's bytes; None if it cannot be read."""
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).digest()
    except OSError:
        return None


def relative(text):
    return text.replace(f"{ROOT}/", "").replace(str(ROOT), ".")


class Unit:
    """What the database compiles at once: one file of ours, or several by a file that includes them."""

    def __init__(self, entry, settings):
        self.source = os.path.join(entry["directory"], entry["file"])
        self.files = [relative(self.source)]
        if "/Unity/unity_" in self.source:
            text = pathlib.Path(self.source).read_text()
            self.files = [relative(path) for path in re.findall(r'#include "(.+)"', text)]
        self.directory = entry["directory"]
        self.command = shlex.split(entry["command"])
        given = [settings, relative(entry["command"]), *self.files]
        self.given = hashlib.sha256("\n".join(given).encode()).hexdigest()

    def digest(self, headers):
        total = hashlib.sha256(self.given.encode())
        for header in [*self.files, *headers]:
            total.update(content(ROOT / header) or b"gone")
        return total.hexdigest()

    def is_known_clean(self):
        """True if all that was read when the file was last clean is as it was then."""
        try:
            known = json.loads((CACHE / self.given).read_text())
        except (OSError, ValueError):
            return False
        return known["digest"] == self.digest(known["headers"])

    def remember(self):
        headers = self.headers()
        CACHE.mkdir(parents=True, exist_ok=True)
        new = CACHE / f"{self.given}.{os.getpid()}"
        new.write_text(json.dumps({"digest": self.digest(headers), "headers": headers}))
        new.replace(CACHE / self.given)

    def headers(self):
        drop = ("ccache", "-o", "-c")
        command = [word for word in self.command if word not in drop and not word.endswith(".o")]
        rule = subprocess.run(
            [*command, "-M"], cwd=self.directory, check=True, capture_output=True, text=True
        ).stdout
        words = rule.replace("\\\n", " ").split()[1:]
        paths = (os.path.normpath(os.path.join(self.directory, word)) for word in words)
        return sorted({relative(path) for path in paths} - {*self.files, relative(self.source)})


def check(unit, program):
    """Returns what clang-tidy says of a file: nothing if it is clean."""
    run = subprocess.run(
        [program, "--quiet", "-p", str(ROOT / "build/tidy"), unit.source],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if run.returncode == 0:
        unit.remember()
        return ""
    said = (run.stdout + run.stderr).splitlines()
    return "\n".join(line for line in said if not NOISE.match(line))


def main(program, which, files):
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    settings = version + (ROOT / ".clang-tidy").read_text()
    baseline = Baseline(ROOT, ROOT / "tests/checks/tidy_baseline.json", VERSION.search(version)[0])
    database = json.loads((ROOT / "build/tidy/compile_commands.json").read_text())
    units = [Unit(entry, settings) for entry in database]
    units = [unit for unit in units if not files.isdisjoint(unit.files)]
    missing = files.difference(*(unit.files for unit in units))
    if missing:
        print("no target compiles " + ", ".join(sorted(missing)))
    if which == "all":
        changed = units
    else:
        changed = [
            unit for unit in units if not (unit.is_known_clean() or baseline.knows(unit.files))
        ]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for said in pool.map(lambda unit: check(unit, program), changed):
            if said:
                failed += 1
                print(said, flush=True)
    print(f"{len(files)} files in {len(units)} units, {len(changed)} looked at, {failed} with findings")
    if failed or missing:
        return 1
    if which == "record":
        baseline.renew()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], set(sys.argv[3:])))
