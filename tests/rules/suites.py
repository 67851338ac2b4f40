"""Tests that documents name exist."""

import collections
import re

from tree import Breach, is_in

# `FaultInjectorTest`, `BrokerTest.CasesMayBeNamed`, `BrokerTest.NamesMayBeCut…`
_NAMED = re.compile(r"\b([A-Z]\w*Test)\b(?:\.(\w+)(…?))?")
_CASE = re.compile(r"\b(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)")
_CLASS = re.compile(r"^class (\w+Test)\b", re.MULTILINE)


def _suites(tree):
    """The cases of each C++ suite, and the names of Python's classes."""
    cases = collections.defaultdict(list)
    classes = set()
    for source in tree.sources.values():
        if not is_in(source.path, ["clients", "tests"]):
            continue
        if source.path.endswith(".py"):
            classes.update(_CLASS.findall(source.text))
        for suite, case in _CASE.findall(source.text) if source.is_cpp else ():
            cases[suite].append(case)
    return cases, classes


def suites(tree):
    """In Python only the class is looked for."""
    cases, classes = _suites(tree)
    for source in tree.documents.values():
        for number, line in enumerate(source.lines, 1):
            for suite, case, cut in _NAMED.findall(line):
                if suite in classes:
                    continue
                if suite not in cases:
                    yield Breach(source.path, number, f"there is no test {suite}")
                elif case and not any(
                        name == case or cut and name.startswith(case) for name in cases[suite]):
                    yield Breach(source.path, number, f"{suite} has no case {case}{cut}")
