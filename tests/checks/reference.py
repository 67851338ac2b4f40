"""What the references of metrics and of settings share: a generated part of a document, and what the last release had."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELEASED = ROOT / "tests/checks/released"


def cell(text):
    """The text as a cell of a Markdown table."""
    return text.replace("|", r"\|")


class Reference:
    """The part of a document that is generated, between two comments: `<!-- NAME -->`, `<!-- end of NAME -->`."""

    def __init__(self, name, document, released=None):
        self.name, self.document = name, document
        self.released = released or RELEASED / f"{name}.txt"

    def _parts(self):
        begin, end = f"<!-- {self.name} -->\n", f"<!-- end of {self.name} -->\n"
        before, rest = self.document.read_text(encoding="utf-8").split(begin)
        old, after = rest.split(end)
        return before + begin, old, end + after

    def write(self, new):
        before, _, after = self._parts()
        self.document.write_text(before + new + after, encoding="utf-8")

    def check(self, new):
        """Fails if the document does not have the part `new`."""
        _, old, _ = self._parts()
        if new != old:
            differing = sorted(set(new.splitlines()) ^ set(old.splitlines()))
            print(*differing, sep="\n", file=sys.stderr)
            raise SystemExit(f"error: {self.document} is not what the server says; "
                             f"tests/checks/{self.name}.py --write renews it")

    def release(self, facts):
        """Keeps the facts, lists of words that begin with a name, as those of a release."""
        self.released.write_text("".join(" ".join(fact) + "\n" for fact in facts), encoding="utf-8")

    def check_released(self, facts):
        """Fails if one of the last release is gone, or lacks a word that it had."""
        now = {fact[0]: fact for fact in facts}
        broken = []
        for line in self.released.read_text(encoding="utf-8").splitlines():
            name, *words = line.split(" ")
            if name not in now:
                broken.append(f"{name}: the last release has it")
            elif missing := [word for word in words if word not in now[name]]:
                broken.append(f"{name}: the last release has {', '.join(missing)}")
        if broken:
            print(*broken, sep="\n", file=sys.stderr)
            raise SystemExit(f"error: {len(broken)} {self.name} differ from {self.released}")

    def run(self, how, new, facts):
        """--check, --write or --release."""
        if how == "--write":
            self.write(new)
        elif how == "--release":
            self.release(facts)
        else:
            self.check(new)
            self.check_released(facts)
            print(f"{len(facts)} {self.name} are what the server says, and none of the last release is missing")


def arguments(usage, given):
    """How to run, and the server's program."""
    bridge = str(ROOT / "build/release/bin/dino-bridge")
    given = list(given)
    if "--bridge" in given[:-1]:
        at = given.index("--bridge")
        bridge = given[at + 1]
        del given[at:at + 2]
    if given not in (["--check"], ["--write"], ["--release"]):
        raise SystemExit(usage)
    return given[0], bridge
