"""Puts all mutants of a file into one file; the program selects one at startup."""

import re

# The tests run once per mutant; the files are compiled once.
PRELUDE = """#pragma once
#include <cstdlib>
inline const char* const dino_chosen = std::getenv("DINO_MUTANT");
inline const int dino_mutant = dino_chosen ? std::atoi(dino_chosen) : 0;
"""


def chosen(text, region, numbered):
    """The region with its mutants, each behind a line that says which it is."""
    original = text[region.start:region.end]
    out = []
    for number, mutant in numbered:
        out.append(f'\n#line 1 "mutant-{number}"\n')
        changed = mutant.in_region(text)
        if region.kind == "statement":
            out.append(f"if (dino_mutant == {number}) {{ {changed} }} else")
        elif region.kind == "step":
            out.append(f"dino_mutant == {number} ? void({changed}) :")
        else:
            out.append(f"dino_mutant == {number} ? ({changed}) :")
    out.append('\n#line 1 "original"\n')
    if region.kind == "statement":
        return "{" + "".join(out) + "{ " + original + " }}"
    if region.kind == "step":
        return "".join(out) + f"void({original})"
    return "(" + "".join(out) + f"({original}))"


def schema(text, numbered):
    """`numbered`: (number, mutant) of this file, without those in fixed regions.

    What must be constant becomes a variable if one of them is in it.
    """
    regions = {}
    for number, mutant in numbered:
        regions.setdefault(mutant.region, []).append((number, mutant))
    for region in sorted(regions, key=lambda r: r.start, reverse=True):
        text = text[:region.start] + chosen(text, region, regions[region]) + text[region.end:]
    if any(mutant.region.constant for _, mutant in numbered):
        text = re.sub(r"^(inline )?constexpr (?=[^=;{]*\{)", "inline ", text, flags=re.M)
        text = re.sub(r"^(inline )?constexpr ", r"\1const ", text, flags=re.M)
    return text


def blamed(errors):
    """The numbers of the mutants that a compiler's errors point at."""
    lines = re.findall(r"^mutant-(\d+):\d+:\d+: (?:fatal )?error:", errors, re.M)
    # In a template or constant expression the error may stand elsewhere, the note at the mutant.
    notes = re.findall(r"^mutant-(\d+):\d+:\d+:", errors, re.M)
    return {int(number) for number in lines or notes}
