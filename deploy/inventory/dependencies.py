#!/usr/bin/env python3
"""Keeps the table of docs/dependencies.md: what the programs are made of.

usage: deploy/inventory/dependencies.py --check | --write [PROGRAM...]

Reads by ldd and readelf what the programs (those of build/release/bin) are linked with, from CMake's
cache what else is compiled in, and from dpkg whose it is. --check compares it with the column of this
release of Debian, --write renews that column and leaves the others.
"""

import pathlib
import re
import subprocess
import sys

import debian

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/dependencies.md"
PROGRAMS = [ROOT / "build/release/bin/dino-bridge", ROOT / "build/release/bin/dino-publish"]
COLUMNS = {"bookworm": "Debian 12", "trixie": "Debian 13"}
HEADER = ["Library", "Licence", "Used by", *COLUMNS.values()]
NONE = "–"

# What is compiled in and not linked: the variable of CMake's cache, and a file below it.
COMPILED_IN = {
    "RAPIDJSON_INCLUDE_DIR": "rapidjson/writer.h",
    "GOOGLEAPIS_DIR": "google/rpc/error_details.proto",
    "GRPC_PROTO_DIR": "grpc/health/v1/health.proto",
}
# Sources that Debian names otherwise than their authors do, or differently in each release.
NAMES = {
    "fmtlib": "fmt",
    "gcc-12": "gcc",
    "gcc-14": "gcc",
    "gnutls28": "gnutls",
    "golang-github-gogo-googleapis": "googleapis",
    "golang-google-grpc": "grpc-proto",
    "libtasn1-6": "libtasn1",
}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Inventory:
    """What programs are made of."""

    def __init__(self, programs):
        self.programs = {program.name for program in programs}
        self.packages = debian.packages("/")
        self.names = {}  # Of libraries, by path.
        self.users = {}  # Of libraries, by name: those that need them.
        self.found = {}  # The packages, by name of the library.
        for program in programs:
            self._add_linked(program)
        cache = (programs[0].parents[1] / "CMakeCache.txt").read_text(encoding="utf-8")
        for variable, file in COMPILED_IN.items():
            folder = re.search(rf"^{variable}:\w+=(.*)$", cache, re.MULTILINE)[1]
            self._add(pathlib.Path(folder, file), "compiled in")

    def rows(self):
        for name, package in self.found.items():
            users = self.users[name] - {name}
            # Who uses it indirectly, too, is of no interest.
            users = {user for user in users if user in self.programs} or users
            yield name, [package.licence, ", ".join(sorted(users)), debian.short_version(package)]

    def _name_of(self, path):
        """The name of whose file it is."""
        if path not in self.names:
            package = self._package_of(path)
            name = NAMES.get(package.source, package.source)
            self.names[path] = name
            self.found[name] = package
        return self.names[path]

    def _package_of(self, path):
        # dpkg knows some files below /lib, some below /usr/lib.
        for candidate in (path, path.resolve(), str(path.resolve()).removeprefix("/usr")):
            run = subprocess.run(["dpkg-query", "--search", str(candidate)], capture_output=True, text=True)
            if run.returncode == 0:
                return self.packages[re.split(r"[:,]", run.stdout)[0]]
        raise SystemExit(f"error: no package has {path}")

    def _add(self, path, user):
        self.users.setdefault(self._name_of(path), set()).add(user)

    def _add_linked(self, program):
        found = re.findall(r"(\S+) => (/\S+)", output_of("ldd", str(program)))
        paths = {soname: pathlib.Path(path) for soname, path in found}
        users = {program: program.name, **{path: self._name_of(path) for path in paths.values()}}
        for file, user in users.items():
            for soname in re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "--dynamic", str(file))):
                if soname in paths:
                    self._add(paths[soname], user)


def read_table(text):
    """The rows of the table, by name of the library."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: dict(zip(HEADER, row)) for row in rows if row != HEADER}


def table_of(rows):
    cells = [HEADER, ["---"] * len(HEADER)]
    for _, row in sorted(rows.items()):
        cells.append([row[column] for column in HEADER])
    return "\n".join(f"| {' | '.join(row)} |" for row in cells).replace("| --- ", "|---").replace("--- |", "---|")


def renewed(rows, inventory, column):
    """The rows with a column as it is on this machine. Older releases say who uses a library."""
    newest = column == list(COLUMNS.values())[-1]
    new = {name: {**row, column: NONE} for name, row in rows.items()}
    for name, (licence, users, version) in inventory.rows():
        row = {**dict.fromkeys(HEADER, NONE), **new.get(name, {}), "Library": name, column: version}
        if not newest or all(row[each] == NONE for each in COLUMNS.values() if each != column):
            row.update({"Licence": licence, "Used by": users})
        new[name] = row
    return {name: row for name, row in new.items() if any(row[each] != NONE for each in COLUMNS.values())}


def main(arguments):
    if not arguments or arguments[0] not in ("--check", "--write"):
        print(__doc__, file=sys.stderr)
        return 2
    release = debian.release("/").get("VERSION_CODENAME")
    if release not in COLUMNS:
        print(f"{DOCUMENT.name} has no column for {release}, which is no stable release")
        return 0
    programs = [pathlib.Path(argument).resolve() for argument in arguments[1:]] or PROGRAMS
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = read_table(text)
    new = renewed(rows, Inventory(programs), COLUMNS[release])
    if arguments[0] == "--write":
        begin, end = text.index("| Library"), text.rindex("|\n") + 2
        DOCUMENT.write_text(text[:begin] + table_of(new) + "\n" + text[end:], encoding="utf-8")
        return 0
    for name in sorted(rows.keys() | new.keys()):
        if rows.get(name) != new.get(name):
            print(f"{DOCUMENT.name}: {name} is {rows.get(name)}\n  instead of {new.get(name)}")
    if rows == new:
        print(f"{DOCUMENT.name} names the {len(new)} libraries that the programs are made of")
    return int(rows != new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
