"""Comments of protos as Markdown."""

import re

_CODE = re.compile(r"(`[^`]*`)")


def escaped(text):
    """What is no code must not become HTML."""
    parts = _CODE.split(text)
    return "".join(part if part[:1] == "`" else part.replace("<", "&lt;") for part in parts)


def paragraphs(comment):
    """Each on one line; the entries of a list are paragraphs that begin with `- `."""
    for block in comment.split("\n\n"):
        lines = [""]
        for line in block.splitlines():
            if re.match(r" *- ", line):
                lines.append(line.strip())
            else:
                lines[-1] = f"{lines[-1]} {line.strip()}".strip()
        yield from filter(None, lines)


def text(comment, indent=""):
    """A comment as a part of a page, whose lines begin with `indent`."""
    result = ""
    for one in paragraphs(comment):
        gap = "\n" if one.startswith("- ") and result.rpartition("\n\n")[2].startswith(indent + "- ") else "\n\n"
        result += (gap if result else "") + indent + escaped(one)
    return result


def cell(content):
    return escaped(content.replace("|", "\\|"))


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)
