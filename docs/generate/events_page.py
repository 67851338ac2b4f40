"""The kinds of events in docs/events.md; the rest of that page is written by hand."""

import importlib.util
import json

import markdown

BEGIN = "<!-- From here on written by docs/generate.sh. -->\n"
END = "<!-- Up to here. -->\n"

# What a comment in the protos does not say, since that is about calls.
NOTES = {
    "group": "The group as a whole, as it is now: replace what you have of it.",
    "message": "A message with a file may have an empty `message_payload`.",
    "attachment": "The keys of `message`, but `file_id` is never `null`.",
    "edit": "The keys of `message`, and the message as it is now: replace the one with this `message_id`.",
    "action_log": "The keys of `message`.",
    "read": "Only in 1-to-1 conversations.",
    "join": "Those who joined receive it only if the backend names them as recipients.",
    "leave": "The one who left receives it only if the backend names that user as a recipient.",
    "custom": "`event_type` is the application's, and so are all keys but the first two: first those of the "
    "event, sorted, then those for this recipient alone (`overlays`), sorted. They have any JSON values; whole numbers "
    "up to 2^53 are written without a fraction.",
}
# Where the whole payload tells a copy: why that is enough, or what to do.
SAME_BYTES = {
    "group": "A copy that comes late would bring back an older state: drop it, or keep the state with the later "
    "`updated_at`.",
    "edit": "A copy that comes late would bring back an older text: drop it. An edit back to an earlier text differs from that "
    "one only if the backend sets `created_at` to the time of the edit.",
    "custom": "If two events of yours may have the same content, put an ID into it.",
}


def identities(path):
    """The keys that tell a copy without `event_id`, as the package for Python uses them."""
    spec = importlib.util.spec_from_file_location("subscriber", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module._IDENTITY


def example_of(kind):
    lines = (
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in kind.example.items()
    )
    pretty = "{\n" + ",\n".join(lines) + "\n}"
    compact = json.dumps(json.loads(pretty), separators=(",", ":"), ensure_ascii=False)
    if compact != kind.golden:
        raise SystemExit(f"error: the golden event '{kind.name}' cannot be shown as it is")
    return pretty


def copies_of(kind, identity):
    if kind.name not in identity:
        return " ".join(filter(None, ["all its bytes.", SAME_BYTES.get(kind.name)]))
    keys = [f"`{key}`" for key in identity[kind.name]]
    return " and ".join(filter(None, [", ".join(keys[:-1]), keys[-1]])) + "."


def section(kind, identity):
    heading = "Events of your own" if kind.is_custom else f"`{kind.name}`"
    schema = f"{kind.name}.schema.json"
    return "\n\n".join(
        filter(
            None,
            [
                f"### {heading}",
                f"{kind.what} Sent by [{kind.rpc.name}](api.md#{kind.rpc.name.lower()}); "
                f"schema: [{schema}](schemas/{schema}).",
                NOTES.get(kind.name),
                f"```json\n{example_of(kind)}\n```",
                markdown.table(
                    ["key", "type", "what it is"],
                    [[f"`{one.name}`", ", ".join(filter(None, [one.type, one.unit])), one.what] for one in kind.properties],
                ),
                f"Without `event_id` a copy is recognised by {copies_of(kind, identity)}",
            ],
        )
    )


def page(old, kinds, identity):
    """The page with its generated part renewed."""
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit("error: docs/events.md has no place for the kinds")
    sections = "\n\n".join(section(kind, identity) for kind in kinds)
    return f"{before}{begin}\n{sections}\n\n{end}{after}"
