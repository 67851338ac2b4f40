"""What is changed: one operator, constant, condition or statement at a time."""

import dataclasses
import re

from source import Region, masked, regions_of

OPERATORS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="],
    "!=": ["=="], "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"],
    "%": ["/"], "+=": ["-="], "-=": ["+="], "/=": ["*="], "%=": ["/="], "|=": ["&="], "&=": ["|="],
    "&": ["|"], "|": ["&"], "^": ["&"], "<<": [">>"], ">>": ["<<"],
    "?": ["&& false ?", "|| true ?"],
}
OPERATOR = re.compile(r"(?<=\s)(" + "|".join(
    re.escape(o) for o in sorted(OPERATORS, key=len, reverse=True)) + r")(?=\s)")
NUMBER = re.compile(r"(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?=[uUlL]*\b)(?!\.\d)")
CHARACTER = re.compile(r"'([ -&(-\[\]-}])'")


@dataclasses.dataclass(frozen=True)
class Mutant:
    path: str
    region: Region
    start: int
    end: int
    replacement: str
    line: int
    before: str  # The whole line as it is,
    after: str   # and as it would be.

    def apply(self, text):
        return text[:self.start] + self.replacement + text[self.end:]

    def in_region(self, text):
        region = self.region
        return text[region.start:self.start] + self.replacement + text[self.end:region.end]

    def __str__(self):
        return f"{self.path}:{self.line}: {self.before} -> {self.after}"


def changes(text, blanked, region):
    """(start, end, replacement) for all that one region offers."""
    part = blanked[region.start:region.end]
    at = region.start
    for found in OPERATOR.finditer(part):
        for other in OPERATORS[found.group()]:
            yield at + found.start(), at + found.end(), other
    for found in NUMBER.finditer(part):
        yield at + found.start(), at + found.end(), f"{int(found.group(), 0) + 1}"
    for found in re.finditer(r"\b(true|false)\b", part):
        yield at + found.start(), at + found.end(), "false" if found.group() == "true" else "true"
    for found in re.finditer(r"!(?=[\w(])", part):
        yield at + found.start(), at + found.end(), ""
    for found in re.finditer(r"\+\+|--", part):
        yield at + found.start(), at + found.end(), "--" if found.group() == "++" else "++"
    for found in CHARACTER.finditer(text, region.start, region.end):
        if blanked[found.start()] == "'":
            yield found.start(), found.end(), f"'{chr(ord(found.group(1)) + 1)}'"
    yield from whole(part, region)


def whole(part, region):
    """Changes of a whole condition or statement."""
    if region.kind == "condition" and re.search(r"[!=<>]=|&&|\|\||[<>!]|\(\)$|^\w+$", part):
        yield region.start, region.start, "!("  # Closed below: see `mutants_of`.
    if region.kind != "statement":
        return
    returned = re.match(r"return\b\s*(.*);$", part, re.S)
    if returned and returned.group(1) not in ("", "{}", "true", "false"):
        yield region.start, region.end, "return {};"
    elif not returned or not returned.group(1):
        yield region.start, region.end, ";"


def mutants_of(path, text):
    blanked = masked(text)
    found = []
    for region in regions_of(text):
        for start, end, replacement in changes(text, blanked, region):
            if replacement == "!(":
                end, replacement = region.end, f"!({text[region.start:region.end]})"
            found.append(make(path, text, region, start, end, replacement))
    return found


def make(path, text, region, start, end, replacement):
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    before = text[first:last]
    after = text[first:start] + replacement + text[end:last]
    return Mutant(path, region, start, end, replacement, text.count("\n", 0, start) + 1,
                  " ".join(before.split()), " ".join(after.split()))
