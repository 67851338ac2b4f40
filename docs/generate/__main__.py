"""usage: python docs/generate IMAGE ROOT check|write

Writes the generated documents below ROOT/docs, or checks that they are what would be written.
"""

import json
import pathlib
import sys

import api_page
import asyncapi
import events_page
import schemas
from protos import Api


def documents(image, root):
    """The text of each, by its path below docs."""
    api = Api(image)
    golden = root / "tests/support/golden"
    kinds = [
        schemas.Kind(api, name, rpc, message, (golden / f"{name}.event.json").read_text("utf-8"))
        for name, rpc, message in api.kinds()
    ]
    policy = (root / "clients/retry_policy.json").read_text("utf-8")
    version = (root / "VERSION").read_text().strip()
    identity = events_page.identities(root / "clients/python/src/dino_events/subscriber.py")
    events = (root / "docs/events.md").read_text("utf-8")
    yield "api.md", api_page.Page(api, policy, json.loads(policy)).text()
    yield "asyncapi.yaml", asyncapi.text(kinds, version)
    yield "events.md", events_page.page(events, kinds, identity)
    for kind in kinds:
        schema = schemas.schema_of(kind, kinds)
        yield f"schemas/{kind.name}.schema.json", schemas.text_of(schema)
    yield "schemas/any.schema.json", schemas.text_of(schemas.schema_of_any(kinds))


def main(image, root, how):
    root = pathlib.Path(root)
    texts = {root / "docs" / name: text for name, text in documents(image, root)}
    strays = set((root / "docs/schemas").iterdir()) - texts.keys()
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
    if how == "write":
        for path in strays:
            path.unlink()
        for path in stale:
            path.write_text(texts[path], "utf-8")
        return 0
    for path in sorted([*stale, *strays]):
        print(f"error: {path.relative_to(root)} is not fresh: run docs/generate.sh", file=sys.stderr)
    return 1 if stale or strays else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
