"""Finds what can be changed in a C++ file, by its text: statements, conditions, initial values."""

import dataclasses
import re

PAIRS = {"(": ")", "{": "}", "[": "]"}
LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"
    r"|^[ \t]*#(?:\\\n|[^\n])*", re.S | re.M)
DECLARATION = re.compile(r"[\w:<>,&*\s]+?[\s&*](?:\w+|\[[\w, ]*\])\s*=\s*(?=[^=\s])")
DECLARED = re.compile(r"(?:const\s+)?[\w:]+(?:<.*>)?[\s&*]+\w+\s*(?:[;({]|\[)", re.S)
NO_STATEMENT = re.compile(r"(?:using|static_assert|thread_local|static|assert|template|friend)\b")


@dataclasses.dataclass(frozen=True)
class Region:
    """A part of the text that a mutant may replace.

    kind: statement, condition (also an initial value: any expression), step (of a loop), or fixed:
    where no choice can be made while the program runs.
    constant: needs a constant expression as it stands.
    """
    start: int
    end: int
    kind: str
    constant: bool = False


def masked(text):
    """The text with comments, literals and directives blanked out, at the same places."""
    def blank(match):
        found = match.group()
        if found[0] in "\"'":
            return found[0] + "_" * (len(found) - 2) + found[0]
        return re.sub(r"[^\n]", " ", found)
    return LITERAL.sub(blank, text)


def closing(text, opening):
    depth = 0
    for i in range(opening, len(text)):
        if text[i] in "({[":
            depth += 1
        elif text[i] in ")}]":
            depth -= 1
            if depth == 0:
                return i
    raise ValueError("a bracket is not closed")


class Scanner:
    """Walks through a masked text and collects its regions."""

    def __init__(self, text):
        self.text = text
        self.regions = []
        self.start = 0
        self.blocks = ["scope"]
        self.constexpr = False  # In a constexpr function.

    def scan(self):
        i = 0
        while i < len(self.text):
            i = self.step(i)
        return self.regions

    def step(self, i):
        char = self.text[i]
        if char in "([":
            end = closing(self.text, i)
            head = self.text[self.start:i].strip()
            if self.blocks[-1] == "code" and re.fullmatch(r"(if|while|for|switch)", head):
                self.control(head, i + 1, end)
                self.start = end + 1
            return end + 1
        if char == "{":
            return self.brace(i)
        if char == "}":
            self.blocks.pop()
            self.start = i + 1
        elif char == ";":
            self.statement(self.start, i + 1)
            self.start = i + 1
        elif char == ":" and self.label(i):
            self.start = i + 1
        elif self.blocks[-1] == "code" and re.match(r"\b(else|do)\b", self.text[i:]) \
                and not self.text[self.start:i].strip():
            self.start = i + (4 if char == "e" else 2)
            return self.start
        return i + 1

    def label(self, i):
        if self.text[i + 1] == ":" or self.text[i - 1] == ":":
            return False
        head = self.text[self.start:i].strip()
        return re.fullmatch(r"public|protected|private|default|case\b.*", head, re.S) is not None

    def brace(self, i):
        head = self.text[self.start:i].strip()
        if self.blocks[-1] == "code":
            if head:  # A lambda or a list within a statement.
                return closing(self.text, i) + 1
            self.blocks.append("code")
        elif re.search(r"\benum\b", head) or not head:
            return closing(self.text, i) + 1
        elif re.search(r"(^|>\s*)(inline\s+)?(namespace|class|struct)\b", head) and "(" not in head:
            self.blocks.append("scope")
        elif re.search(r"\)\s*(const|noexcept|override|final|\s|->[^()]*)*$", head):
            self.initializers(i)
            self.constexpr = "constexpr" in head
            self.blocks.append("code")
        else:
            return closing(self.text, i) + 1
        self.start = i + 1
        return i + 1

    def initializers(self, end):
        found = re.search(r"\)\s*:[^:]", self.text[self.start:end])
        if found:
            self.add(self.start + found.end() - 1, end, "fixed")

    def control(self, keyword, start, end):
        inner = self.text[start:end]
        if keyword == "switch":
            return
        parts = inner.split(";")
        if keyword == "for" and len(parts) == 3:
            first, second = start + len(parts[0]) + 1, start + len(parts[0]) + len(parts[1]) + 2
            self.add(start, first - 1, "fixed")
            self.add(first, second - 1, "condition")
            self.add(second, end, "step")
        elif keyword != "for":
            self.add(start, end, "fixed" if DECLARATION.match(inner) else "condition")

    def statement(self, start, end):
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        if NO_STATEMENT.match(text) and self.blocks[-1] == "code" or text == ";":
            return
        value = DECLARATION.match(text)
        if self.blocks[-1] == "scope":
            if value and not re.search(r"\boperator\b|=\s*(default|delete|0);$", text):
                constant = "constexpr" in text and "static" not in text
                free = constant and text[value.end()] not in "{["
                self.constexpr = free
                self.add(start + value.end(), end - 1, "condition" if free else "fixed")
        elif value and not text.startswith("return"):
            kind = "fixed" if text[value.end()] in "{[" or "constexpr" in text else "condition"
            self.add(start + value.end(), end - 1, kind)
        elif DECLARED.match(text) and not text.startswith("return"):
            self.add(start, end, "fixed")
        else:
            self.add(start, end, "statement")

    def add(self, start, end, kind):
        text = self.text[start:end]
        start += len(text) - len(text.lstrip())
        if start < end:
            self.regions.append(Region(start, end, kind, self.constexpr and kind != "fixed"))


def regions_of(text):
    return Scanner(masked(text)).scan()
