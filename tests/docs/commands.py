"""usage: python commands.py ROOT PAGE...

Runs the blocks of commands (`sh`, `console`) of pages below ROOT, each in the current directory, but for those with
a comment `<!-- not run: REASON -->` or `<!-- run by SCRIPT -->` above them. What a `console` shows after its
commands, or a block `text` right below a block of commands, must come out, in that order; in it, `…` is any text,
and spaces are as many as there are. What differs here from what the page says stands in the environment:
COMMANDS_REPLACE has lines of `WHERE: BEFORE => AFTER`, where WHERE is a part of the page's path and its section.
"""

import os
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "rules"))

from blocks import COMMANDS, blocks  # noqa: E402

PATIENCE = 900  # Seconds. The first run of a tool may install it.


class Run(NamedTuple):
    where: str
    line: int
    commands: str
    expected: list


def typed(lines):
    """What is typed in a console, and what comes out."""
    commands, output = [], []
    for line in lines:
        if line.startswith("$ "):
            commands.append(line[2:])
        elif commands and not output and commands[-1].endswith("\\"):
            commands.append(line)
        else:
            output.append(line)
    return commands, output


def runs(path, page):
    """The blocks to run, and how many others there are."""
    found, others, last = [], 0, None
    for block in blocks(page):
        if block.language == "text" and block.follows and last:
            last.expected.extend(block.lines)
        last = None
        if block.language in COMMANDS:
            if block.is_not_run or block.is_run_elsewhere:
                others += 1
                continue
            commands, expected = typed(block.lines) if block.language == "console" else (block.lines, [])
            last = Run(f"{path} {block.section}", block.line, "\n".join(commands), list(expected))
            found.append(last)
    return found, others


def with_replacements(run, rules):
    commands = run.commands
    for rule in rules.splitlines():
        where, before, after = re.fullmatch(r"(.*?): (.*) => (.*)", rule).groups()
        if where in run.where:
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


def wrong(run, rules):
    """What is wrong with what a block does; None if nothing is."""
    try:
        done = subprocess.run(
            ["bash", "-e", "-c", with_replacements(run, rules)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"has not ended after {PATIENCE} s"
    if done.returncode:
        return f"exit status {done.returncode}\n{done.stdout}"
    line = missing(done.stdout, run.expected)
    return line and f"no line '{line.strip()}' in\n{done.stdout}"


def main(root, *pages):
    passed = failed = others = 0
    rules = os.environ.get("COMMANDS_REPLACE", "")
    for path in pages:
        found, elsewhere = runs(path, pathlib.Path(root, path).read_text("utf-8"))
        others += elsewhere
        for run in found:
            problem = wrong(run, rules)
            passed, failed = passed + (problem is None), failed + (problem is not None)
            print(f"{'FAIL' if problem else 'PASS'}: {run.where} (line {run.line}) {problem or ''}")
    print(f"{others} blocks are run elsewhere, or marked as not run")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
