"""The fenced blocks of a Markdown page."""

import re
from typing import NamedTuple

# What a reader types: `console` with the prompt `$ ` and what comes out, `sh` without.
COMMANDS = ("sh", "console")


class Block(NamedTuple):
    line: int
    language: str
    # The last heading above it, or the last line above it that ends with a colon.
    section: str
    # The HTML comment right above it, if there is one.
    comment: str
    # True if nothing stands between it and the block before.
    follows: bool
    lines: list

    @property
    def is_run_elsewhere(self):
        return self.comment.startswith("run by ")

    @property
    def is_not_run(self):
        return self.comment.startswith("not run")


def blocks(page):
    """The blocks of a page, in its order."""
    found = []
    section, comment, follows = "", "", False
    language, begin, lines = None, 0, []
    for number, line in enumerate(page.splitlines(), 1):
        if language is not None:
            if line.strip() == "```":
                found.append(Block(begin, language, section, comment, follows, lines))
                language, comment, follows = None, "", True
            else:
                lines.append(line)
        elif fence := re.match(r"\s*```(.*)$", line):
            language, begin, lines = fence[1].strip(), number, []
        elif line.strip():
            comment = "".join(re.findall(r"^<!-- (.*) -->$", line))
            follows = False
            if line.startswith("#") or (line.endswith(":") and not comment):
                section = line.lstrip("# ")
    return found
