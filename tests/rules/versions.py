"""The version stands in the file VERSION; wherever else it must be written, it is the same.

usage: python versions.py ROOT VERSION

Writes a version to all of these places. deploy/set-version.sh says more.
"""

import pathlib
import re
import sys

# Files, as patterns, and what stands before and after the version in them.
PLACES = [
    ("VERSION", r"^", r"$"),
    ("Dockerfile", r"^ARG VERSION=", r"$"),
    ("clients/python/Dockerfile", r"^ARG VERSION=", r"$"),
    ("clients/python/pyproject.toml", r'^version = "', r'"$'),
    ("clients/go/dinoevents/publisher.go", r'^const Version = "', r'"$'),
    ("clients/*/go.mod", r"^\tgithub\.com/dino-bridge/dino-bridge/clients/go v", r"$"),
    ("clients/go/live/go.mod", r"^\tgithub\.com/dino-bridge/dino-bridge/clients/go v", r"$"),
    ("tests/clients/*/go.mod", r"^\tgithub\.com/dino-bridge/dino-bridge/clients/go v", r"$"),
    ("helm/dino-bridge/Chart.yaml", r"^version: ", r"$"),
    ("helm/dino-bridge/Chart.yaml", r"^appVersion: ", r"$"),
    ("helm/dino-bridge/README.md", r"^    version: ", r"$"),
    ("docs/asyncapi.yaml", r'^  version: "', r'"$'),
]

# The subset of semantic versions that Python's packages and Go's modules write alike.
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def _found(root):
    """For each place its pattern, and the files in which it stands, with their texts."""
    for pattern, before, after in PLACES:
        place = re.compile(f"({before})([0-9][^\\s\"]*)({after})", re.MULTILINE)
        texts = {
            path: path.read_text("utf-8")
            for path in sorted(pathlib.Path(root).glob(pattern))
        }
        yield pattern, place, {path: text for path, text in texts.items() if place.search(text)}


def breaches(root):
    """What differs from VERSION: paths, lines and reasons."""
    if not pathlib.Path(root, "VERSION").exists():
        return
    wanted = pathlib.Path(root, "VERSION").read_text("utf-8").strip()
    if not VERSION.fullmatch(wanted):
        yield "VERSION", 1, f"{wanted} is not a version such as 1.2.3"
    for pattern, place, texts in _found(root):
        if not texts:
            yield pattern, 1, "the version stands nowhere in it: correct tests/rules/versions.py"
        for path, text in texts.items():
            for match in place.finditer(text):
                if match[2] != wanted:
                    line = text.count("\n", 0, match.start()) + 1
                    yield path.relative_to(root).as_posix(), line, f"{match[2]} is not VERSION, {wanted}"


def main(root, version):
    if not VERSION.fullmatch(version):
        print(f"error: {version} is not a version such as 1.2.3", file=sys.stderr)
        return 2
    for _, place, texts in _found(root):
        for path, text in texts.items():
            path.write_text(place.sub(rf"\g<1>{version}\g<3>", text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
