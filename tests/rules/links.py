"""Links between our documents lead somewhere."""

import pathlib
import posixpath
import re

from tree import Breach

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$")


def _text_lines(source):
    """The lines with their numbers, without those of code blocks."""
    code = False
    for number, line in enumerate(source.lines, 1):
        if line.lstrip().startswith("```"):
            code = not code
        elif not code:
            yield number, line


def _anchor(heading):
    """What a page calls a heading, as GitHub does."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip())
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _anchors(source):
    headings = (_HEADING.match(line) for _, line in _text_lines(source))
    return {_anchor(match[1]) for match in headings if match}


def links(tree):
    for source in tree.documents.values():
        for number, line in _text_lines(source):
            for link in _LINK.findall(line):
                if re.match(r"[a-z]+:", link):
                    continue
                path, _, anchor = link.partition("#")
                folder = posixpath.dirname(source.path)
                target = posixpath.normpath(posixpath.join(folder, path)) if path else source.path
                document = tree.documents.get(target)
                if not pathlib.Path(tree.root, target).exists():
                    yield Breach(source.path, number, f"{link}: there is no {target}")
                elif anchor and document and anchor not in _anchors(document):
                    yield Breach(source.path, number, f"{link}: no heading there is called so")
