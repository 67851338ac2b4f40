"""Checks a VEX document against OpenVEX's rules, the SBOM of the same image and our tests.

Prints each mistake; the last line counts the statements.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
JUSTIFICATIONS = {
    "component_not_present",
    "inline_mitigations_already_exist",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_not_present",
}
# What a statement of each status must say.
REQUIRED = {
    "affected": {"action_statement", "status_notes"},
    "fixed": set(),
    "not_affected": {"justification", "impact_statement"},
    "under_investigation": {"status_notes"},
}


def tests():
    """The names of all tests of ours."""
    for file in (ROOT / "tests").rglob("*_test.cc"):
        for suite, name in re.findall(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", file.read_text(), re.MULTILINE):
            yield f"{suite}.{name}"


def mistakes(statement, parts, known_tests):
    status = statement.get("status")
    if status not in REQUIRED:
        yield f"has the status {status}"
        return
    for member in sorted(REQUIRED[status] - statement.keys()):
        yield f"is {status} and has no {member}"
    if statement.get("justification", "component_not_present") not in JUSTIFICATIONS:
        yield "has an unknown justification"
    for product in statement["products"]:
        for each in (product, *product["subcomponents"]):
            if each["@id"] not in parts:
                yield f"is about {each['@id']}, which is not in the SBOM"
        if not product["subcomponents"]:
            yield "is about no part of the product"
    text = statement.get("status_notes", "") + statement.get("impact_statement", "")
    for test in re.findall(r"\b\w+Test\.\w+", text):
        if test not in known_tests:
            yield f"names {test}, which is no test"


def main(sbom, vex):
    packages = json.loads(pathlib.Path(sbom).read_text())["packages"]
    parts = {ref["referenceLocator"] for package in packages for ref in package["externalRefs"]}
    statements = json.loads(pathlib.Path(vex).read_text())["statements"]
    known_tests = set(tests())
    found = []
    seen = set()
    for statement in statements:
        name = statement["vulnerability"]["name"]
        if not re.fullmatch(r"CVE-\d{4}-\d{4,}", name) or name in seen:
            found.append(f"{name} is no name of a vulnerability, or stands there twice")
        seen.add(name)
        found += [f"{name} {mistake}" for mistake in mistakes(statement, parts, known_tests)]
    print("\n".join([*found, f"{len(packages)} packages, {len(statements)} vulnerabilities, {len(found)} mistakes"]))
    return int(bool(found) or not statements)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
