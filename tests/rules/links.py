"""Links between our documents lead somewhere, and others only to addresses that we know."""

import pathlib
import posixpath
import re
import urllib.parse

import table
from tree import Breach

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_ADDRESS = re.compile(r"\bhttps?://[^\s)>\"'`]+")
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


def addresses(tree):
    """Links to elsewhere; examples of addresses stand in code."""
    for source in tree.documents.values():
        for number, line in _text_lines(source):
            for address in _ADDRESS.findall(re.sub(r"`[^`]*`", "", line)):
                if urllib.parse.urlsplit(address).hostname not in table.KNOWN_HOSTS:
                    yield Breach(source.path, number, f"{address}: tests/rules/table.py does not know it")


def mapped(tree):
    """The map leads to every page of docs."""
    if "docs/README.md" not in tree.documents:
        return
    found = _LINK.findall(tree.documents["docs/README.md"].text)
    linked = {link.partition("#")[0] for link in found}
    for path in tree.documents:
        folder, name = posixpath.split(path)
        if folder == "docs" and name != "README.md" and name not in linked:
            yield Breach(path, 1, "docs/README.md does not link to it")


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
