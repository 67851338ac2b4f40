"""The files that the rules are about."""

import dataclasses
import pathlib
import re
import subprocess
from functools import cached_property

import table

_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')
_OURS = ("bench/", "clients/", "server/", "tests/")


@dataclasses.dataclass(frozen=True)
class Breach:
    path: str
    line: int
    reason: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.reason}"


class Source:
    def __init__(self, path, text):
        self.path = path
        self.text = text

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def includes(self):
        """Pairs of a line and what it includes."""
        found = [(number, _INCLUDE.match(line)) for number, line in enumerate(self.lines, 1)]
        return [(number, match[1] or match[2]) for number, match in found if match]

    @property
    def is_cpp(self):
        return self.path.endswith((".cc", ".h"))


def is_in(path, places):
    """True if one of `places`, folders or files, is `path` or holds it."""
    return any(path == place or path.startswith(place + "/") for place in places)


def is_ours(header):
    return header.startswith(_OURS)


class Tree:
    """The files below `root` that git does not ignore, by their paths."""

    def __init__(self, root):
        self.root = root
        listed = self._list(*_OURS)
        # What CMake makes .cc files of.
        self.templates = {path for path in listed if path.endswith(".in")}
        self.sources = {}
        for path in sorted(set(listed)):
            file = pathlib.Path(root, path)
            is_source = path.endswith((".cc", ".h", ".py", ".sh")) and file.is_file()
            if is_source and not re.search(table.GENERATED, path):
                self.sources[path] = Source(path, file.read_text(encoding="utf-8"))

        self.documents = {path: Source(path, pathlib.Path(root, path).read_text(encoding="utf-8"))
                          for path in self._list("*.md") if pathlib.Path(root, path).is_file()}

    def _list(self, *paths):
        return subprocess.run(
            ["git", "-C", self.root, "ls-files", "-z", "-co", "--exclude-standard", "--", *paths],
            check=True, capture_output=True, text=True,
        ).stdout.split("\0")

    @property
    def cpp(self):
        return [source for source in self.sources.values() if source.is_cpp]
