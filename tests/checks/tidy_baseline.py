"""Which files are as they were at the commit at which clang-tidy last found all of them clean.

The repository names that commit, so that a machine without results of its own looks only at what
has changed since. Headers of the system are taken to be as they were; `--every` looks at all files.
"""

import functools
import json
import pathlib
import re
import subprocess

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# How each file below such a path is compiled or looked at.
SETTINGS = re.compile(r"^(?:(.*/)?(?:CMakeLists\.txt|\.clang-tidy)|cmake/.*|CMakePresets\.json)$")


class Baseline:
    """What the record, a file below `root`, says of `version` of clang-tidy."""

    def __init__(self, root, record, version):
        self.root = pathlib.Path(root)
        self.record = pathlib.Path(record)
        self.version = version

    def knows(self, files):
        """True if nothing of ours that clang-tidy reads for these files has changed."""
        return self._changed is not None and not any(self._is_changed(file) for file in files)

    def renew(self):
        """Records the current commit, at which all files are clean. Fails if anything was changed since."""
        if self._git("status", "--porcelain"):
            raise RuntimeError("there are changes that are not committed")
        known = {"commit": self._git("rev-parse", "HEAD").strip(), "version": self.version}
        self.record.write_text(json.dumps(known, indent=2) + "\n")

    def _git(self, *words):
        return subprocess.run(
            ["git", "-C", self.root, *words], check=True, capture_output=True, text=True
        ).stdout

    @functools.cached_property
    def _changed(self):
        """The paths that differ from that commit; None if nothing is known of it."""
        try:
            known = json.loads(self.record.read_text())
            if known["version"] != self.version:
                return None
            changed = self._git("diff", "--name-only", "-z", known["commit"], "--")
            changed += self._git("ls-files", "-z", "--others", "--exclude-standard")
        # A shallow clone has no such commit.
        except (OSError, ValueError, KeyError, subprocess.CalledProcessError):
            return None
        return set(changed.split("\0")) - {""}

    @functools.cached_property
    def _changed_folders(self):
        """What the paths begin with that are compiled or looked at in another way."""
        matches = filter(None, map(SETTINGS.match, self._changed))
        return tuple({match[1] or "" for match in matches})

    @functools.cached_property
    def _protos_changed(self):
        return any(path.endswith(".proto") for path in self._changed)

    def _is_changed(self, file):
        if file.startswith(self._changed_folders):
            return True
        return any(
            path in self._changed or (self._protos_changed and path.endswith(".pb.h"))
            for path in self._read_for(file)
        )

    def _read_for(self, file):
        """The file, all that it includes by way of others, and headers made from protos by their names."""
        read = {file}
        waiting = [file]
        while waiting:
            for path in self._includes(waiting.pop()) - read:
                read.add(path)
                waiting.append(path)
        return read

    @functools.lru_cache(maxsize=None)
    def _includes(self, path):
        try:
            text = (self.root / path).read_text()
        except OSError:
            return frozenset()
        beside = pathlib.PurePath(path).parent
        found = set()
        for header in INCLUDE.findall(text):
            candidates = (header, str(beside / header))
            found.add(next((name for name in candidates if (self.root / name).is_file()), header))
        return frozenset(found)
