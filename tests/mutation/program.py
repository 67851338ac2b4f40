"""The test program of one folder, with one mutant in it at a time."""

import concurrent.futures
import json
import os
import pathlib
import re
import resource
import shlex
import subprocess
import sys

from mutants import mutants_of
from schema import PRELUDE, blamed, schema

KILLED, SURVIVED, INVALID = "killed", "survived", "invalid"
SLOW_SECONDS = 0.1
# A mutant that takes longer counts as killed.
CPU_SECONDS, WALL_SECONDS = 12, 30


def run(command, cwd):
    return subprocess.run(command, cwd=cwd, text=True, errors="replace", check=False,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Program:
    def __init__(self, root, build, folder, jobs):
        self.root, self.build, self.folder = root, build, folder
        self.work = build / "mutation" / folder
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        listed = json.loads((build / "compile_commands.json").read_text())
        commands = {entry["file"]: shlex.split(entry["command"]) for entry in listed}
        base = root / "server" / folder
        paths = sorted(p for p in base.rglob("*") if p.suffix in (".cc", ".h"))
        self.texts = {str(p.relative_to(root)): p.read_text() for p in paths}
        # The tests are built like the code: a change in a header must reach both.
        places = (base, root / "tests" / "unit" / folder)
        self.commands = {str(pathlib.Path(f).relative_to(root)): command
                         for f, command in commands.items()
                         if any(place in pathlib.Path(f).parents for place in places)}
        self.mutants = [m for p, text in self.texts.items() for m in mutants_of(p, text)]
        self.slow = {}  # Numbers of mutants that need a build of their own.
        self.filters = []

    # Places.

    def tree(self, name):
        return self.work / name

    def object_of(self, name, path):
        return self.tree(name) / (path + ".o")

    # Building.

    def compile(self, path, name, check=False):
        """Compiles a file in a tree of mutated sources; returns the compiler's errors."""
        places = (self.tree(name), self.tree("all"), self.root)
        source = next(place / path for place in places if (place / path).exists())
        command = [a for a in self.commands[path]
                   if not a.startswith("-W") and a not in ("-g", "-c", "ccache")]
        output = command.index("-o")
        command[output:output + 3] = []
        command[1:1] = ["-w", "-O0", f"-I{self.tree(name)}", f"-I{self.tree('all')}",
                        "-include", str(self.tree("all") / "prelude.h")]
        target = self.object_of(name, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        what = ["-fsyntax-only"] if check else [
            "-c", "-MMD", "-MF", f"{target}.d", "-o", str(target)]
        done = run(command + what + [str(source)], self.build)
        return done.stderr if done.returncode != 0 else ""

    def write(self, name, path, text):
        target = self.tree(name) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def write_schema(self, path):
        numbered = [(n, m) for n, m in enumerate(self.mutants, 1)
                    if m.path == path and n not in self.slow]
        self.write("all", path, schema(self.texts[path], numbered))

    def link(self, name, replaced):
        command = self.link_command()
        objects = [str(self.object_of(name if p in replaced else "all", p)) for p in self.commands]
        output = command.index("-o")
        command[output + 1] = str(self.tree(name) / "test")
        first = next(i for i, a in enumerate(command) if a.endswith(".o"))
        command = [a for a in command if not a.endswith(".o")]
        # Before the libraries, so that the linker takes nothing from the folder's own.
        command[first:first] = objects
        return run(command, self.build).returncode == 0

    def link_command(self):
        shown = subprocess.run(
            ["ninja", "-C", str(self.build), "-t", "commands", f"{self.folder}_test"],
            text=True, check=True, stdout=subprocess.PIPE).stdout.strip().splitlines()[-1]
        return [a for a in shlex.split(shown.split("&&")[1]) if a != "-g"]

    def prepare(self):
        """Builds the program with every mutant that can be chosen at run time."""
        self.write("all", "prelude.h", PRELUDE)
        for number, mutant in enumerate(self.mutants, 1):
            header = mutant.path.endswith(".h")
            if mutant.region.kind == "fixed" or header and mutant.region.constant:
                self.slow[number] = True
        for path in self.texts:
            self.write_schema(path)
        for _ in self.pool.map(self.settle, self.commands):
            pass
        if not self.link("all", ()):
            sys.exit(f"{self.folder}: the program with all mutants does not link")
        if self.fails("all", 0, [f"--gtest_output=json:{self.work}/tests.json"]):
            sys.exit(f"{self.folder}: the tests fail without a mutant")
        suites = json.loads((self.work / "tests.json").read_text())["testsuites"]
        slow = ":".join(f"{suite['name']}.{test['name']}" for suite in suites
                        for test in suite["testsuite"] if float(test["time"][:-1]) > SLOW_SECONDS)
        # The quick tests kill most mutants.
        self.filters = [f"--gtest_filter=-{slow}"] + ([f"--gtest_filter={slow}"] if slow else [])

    def settle(self, path):
        """Removes mutants from a file until it compiles; they get their own builds."""
        for _ in range(12):
            errors = self.compile(path, "all")
            if not errors:
                return
            culprits = blamed(errors)
            if not culprits:
                culprits = {n for n, m in enumerate(self.mutants, 1)
                            if m.path == path and m.region.constant and n not in self.slow}
            if not culprits:
                break
            self.slow.update(dict.fromkeys(culprits, True))
            for changed in {self.mutants[n - 1].path for n in culprits}:
                self.write_schema(changed)
        sys.exit(f"{path} does not compile:\n{errors[:2000]}")

    # Testing.

    def test(self, number):
        if number not in self.slow:
            return self.outcome("all", number)
        mutant, name = self.mutants[number - 1], f"mutant-{number}"
        self.write(name, mutant.path, mutant.apply(self.texts[mutant.path]))
        replaced = [p for p in self.commands if p == mutant.path or self.includes(p, mutant.path)]
        if any(self.compile(p, name) for p in replaced) or not self.link(name, replaced):
            result = INVALID
        else:
            result = self.outcome(name, number)
        subprocess.run(["rm", "-rf", str(self.tree(name))], check=True)
        return result

    def includes(self, path, header):
        known = pathlib.Path(f"{self.object_of('all', path)}.d").read_text()
        return re.search(rf"/{re.escape(header)}\s", known) is not None

    def outcome(self, name, number):
        return KILLED if any(self.fails(name, number, [f]) for f in self.filters) else SURVIVED

    def fails(self, name, number, arguments):
        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            return subprocess.run(
                [str(self.tree(name) / "test"), "--gtest_fail_fast", "--gtest_brief=1", *arguments],
                cwd=self.build, env={**os.environ, "DINO_MUTANT": str(number)},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                timeout=WALL_SECONDS, preexec_fn=limit, check=False).returncode != 0
        except subprocess.TimeoutExpired:
            return True
