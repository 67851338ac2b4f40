"""usage: python commands.py PAGE ROOT

Runs each block of commands (`sh`) of a page in ROOT. If a block `text` follows, its lines must stand in
the output, in that order; in them, `…` is any text, and spaces are as many as there are. What differs here from what the page says stands in
the environment: COMMANDS_REPLACE has lines of `SECTION: BEFORE => AFTER`, where an empty section is all.
"""

import os
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

PATIENCE = 300  # Seconds. The first run of a tool may install it.


class Block(NamedTuple):
    line: int
    section: str
    commands: str
    expected: list


def blocks(page):
    """The blocks of commands, each with what must come out."""
    found = []
    section, language, begin, lines = "", None, 0, []
    for number, line in enumerate(page.splitlines(), 1):
        if language is None and line.startswith("```"):
            language, begin, lines = line[3:], number, []
        elif line == "```":
            if language == "sh":
                found.append(Block(begin, section, "\n".join(lines), []))
            elif language == "text":
                found[-1].expected.extend(lines)
            language = None
        elif language is not None:
            lines.append(line)
        elif line.startswith("#"):
            section = line.lstrip("# ")
        elif line.strip():
            section = line if line.endswith(":") else section
    return found


def with_replacements(block):
    commands = block.commands
    for rule in os.environ["COMMANDS_REPLACE"].splitlines():
        section, before, after = re.fullmatch(r"(.*?): (.*) => (.*)", rule).groups()
        if section in block.section:
            commands = commands.replace(before, after)
    return commands


def missing(output, expected):
    """The first line that is not in the output behind those before it; None if all are."""
    at = 0
    for line in expected:
        # Go's protobuf varies the spaces of its JSON.
        pattern = ".*".join(map(re.escape, line.strip().split("…"))).replace("\\ ", " *")
        match = re.compile(pattern).search(output, at)
        if not match:
            return line
        at = match.end()
    return None


def run(block, root):
    """What is wrong; None if nothing is."""
    done = subprocess.run(
        ["bash", "-e", "-c", with_replacements(block)], cwd=root, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stdout}"
    line = missing(done.stdout, block.expected)
    return line and f"no line '{line.strip()}' in\n{done.stdout}"


def main(page, root):
    page = pathlib.Path(page)
    failed = 0
    found = blocks(page.read_text("utf-8"))
    for block in found:
        wrong = run(block, root)
        failed += wrong is not None
        print(f"{'FAIL' if wrong else 'PASS'}: {page.name}:{block.line} {block.section} {wrong or ''}")
    print(f"{len(found) - failed} passed, {failed} failed")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
