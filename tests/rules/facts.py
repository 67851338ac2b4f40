"""Each fact in one place."""

import re

import table
from tree import Breach, is_in

_COMMENT = re.compile(r"//.*")
# What stands at the beginning of a line in a namespace and is no function.
_NO_FUNCTION = re.compile(r"(#|\}|namespace\b|using\b|class\b|struct\b|enum\b|friend\b|extern\b)")
_FUNCTION = re.compile(r"(?P<name>[A-Za-z_]\w*)\((?P<parameters>.*)\)[^()]*\{", re.DOTALL)


def length(tree):
    documents = [tree.documents[path] for path in table.MAX_LINES_OF if path in tree.documents]
    for source in [*tree.sources.values(), *documents]:
        limit = table.MAX_LINES_OF.get(source.path, table.MAX_LINES)
        if len(source.lines) > limit:
            reason = f"has {len(source.lines)} lines; the limit is {limit}"
            yield Breach(source.path, len(source.lines), reason)


def fact(tree, name, pattern, folders, places):
    for source in tree.cpp:
        if not is_in(source.path, folders) or is_in(source.path, places):
            continue
        for number, line in enumerate(source.lines, 1):
            if re.search(pattern, _COMMENT.sub("", line)):
                yield Breach(source.path, number, f"{name}: stands in {places[0]}")


def _types_of(parameters):
    """The types in a list of parameters, without their names and defaults."""
    types = []
    depth = 0
    begin = 0
    for i, c in enumerate(parameters + ","):
        depth += (c in "(<[{") - (c in ")>]}")
        if c == "," and depth == 0:
            types.append(parameters[begin:i].partition("=")[0])
            begin = i + 1
    named = re.compile(r"(?<=[\s&*>])[A-Za-z_]\w*\s*$")
    return tuple("".join(named.sub("", kind).split()) for kind in types if kind.strip())


def _functions(source):
    """The functions that a file defines in a namespace: line, name and types of parameters.

    Relies on the format: in a namespace they begin at the beginning of a line.
    """
    number = 0
    while number < len(source.lines):
        begin = number
        number += 1
        line = source.lines[begin]
        if not line or line[0].isspace() or _NO_FUNCTION.match(line) or line.startswith("//"):
            continue
        head = _COMMENT.sub("", line)
        while not re.search(r"[{;]\s*$", head) and "{" not in head and number < len(source.lines):
            head += "\n" + _COMMENT.sub("", source.lines[number])
            number += 1
        head = head[: head.find("{") + 1]
        match = _FUNCTION.search(head)
        before = head[: match.start()] if match else ""
        if match and "=" not in before and "(" not in before and not before.endswith(("::", "~")):
            yield begin + 1, match["name"], _types_of(match["parameters"])


def helpers(tree):
    first = {}
    for source in tree.cpp:
        if not source.path.endswith(".cc") or not is_in(source.path, ["clients", "server"]):
            continue
        for line, name, types in _functions(source):
            place = first.setdefault((name, types), (source.path, line))
            if place[0] != source.path and name != "main":
                reason = f"{name}({', '.join(types)}) stands in {place[0]}:{place[1]}, too"
                yield Breach(source.path, line, reason)
