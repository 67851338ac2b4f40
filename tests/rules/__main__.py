"""Prints each breach of a rule as `file:line: reason`; the last line counts the rules."""

import functools
import sys

import commands
import facts
import includes
import links
import suites
import table
import versions
from tree import Breach, Tree


def one_version(tree):
    return (Breach(*breach) for breach in versions.breaches(tree.root))


RULES = [
    includes.folders,
    includes.reserved,
    includes.libraries,
    includes.unaware,
    includes.few_lines,
    facts.length,
    facts.helpers,
    links.addresses,
    links.links,
    one_version,
    links.mapped,
    commands.commands,
    suites.suites,
    *(functools.partial(facts.fact, name=name, pattern=pattern, folders=folders, places=places)
      for name, pattern, folders, places in table.FACTS),
]


def main(root):
    tree = Tree(root)
    breaches = [list(rule(tree)) for rule in RULES]
    for breach in sorted(breach for found in breaches for breach in map(str, found)):
        print(breach)
    broken = sum(1 for found in breaches if found)
    if broken:
        print(f"{broken} of {len(RULES)} rules broken")
    else:
        print(f"{len(RULES)} rules hold for {len(tree.sources)} files")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
