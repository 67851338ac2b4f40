"""Commands in documents are run by a test, or say why not."""

import pathlib
import re

from blocks import COMMANDS, blocks
from tree import Breach


def _is_for_users(path):
    return path == "README.md" or path.startswith("docs/")


def _wrong_comment(tree, path, block):
    """What is wrong with what a block says of who runs it; None if nothing is."""
    if block.is_not_run:
        if not re.fullmatch(r"not run: \S.+", block.comment):
            return "say why: <!-- not run: REASON -->"
    elif block.is_run_elsewhere:
        script = block.comment.removeprefix("run by ")
        file = pathlib.Path(tree.root, script)
        if not file.is_file():
            return f"there is no {script}"
        if pathlib.PurePath(path).name not in file.read_text(encoding="utf-8"):
            return f"{script} does not name {path}"
    return None


def commands(tree):
    """Every block has a language; tests/docs/run.sh runs those with commands, or a comment says who does or why nobody."""
    for source in tree.documents.values():
        if not _is_for_users(source.path):
            continue
        for block in blocks(source.text):
            wrong = None
            if not block.language:
                wrong = "a block without a language"
            elif block.language in ("bash", "shell", "shell-session"):
                wrong = f"say sh or console, not {block.language}"
            elif block.language in COMMANDS:
                wrong = _wrong_comment(tree, source.path, block)
            elif block.is_not_run or block.is_run_elsewhere:
                wrong = "only commands are run"
            if wrong:
                yield Breach(source.path, block.line, wrong)
