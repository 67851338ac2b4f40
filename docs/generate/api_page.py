"""docs/api.md: the reference, from the comments of the protos and the retry policy."""

import re

import markdown

ERROR = re.compile(
    r"- `(?P<code>[A-Z_]+)`(?: \((?P<reasons>[A-Z_, ]+)\)| without a reason)?: (?P<text>.*)"
)
HEAD = """\
# API reference

<!-- Written by docs/generate.sh from the comments in proto/ and clients/retry_policy.json: change those. -->

Package `dino.events.v1`, from [`proto/dino/events/v1`](../proto/dino/events/v1). [calling.md](calling.md) has lines to
try it, [calling-it-safely.md](calling-it-safely.md) what a backend should do, [events.md](events.md) what subscribers
receive.
"""
RETRIES = """\
## Repeating calls

What a client package does after an error is data, [`clients/retry_policy.json`](../clients/retry_policy.json); its keys and
actions are explained in [clients/conformance](../clients/conformance/README.md), and
[calling-it-safely.md](calling-it-safely.md) says the same in words. An error's `action` is that of its reason, or of its status
code if there is no reason or an unknown one. `published` says whether some recipients may have received the event (`maybe`) or
none has (`nothing`); whatever the reason, some may have if the error has a `PublishFailure`.
"""
TITLES = {
    "event_publisher_service.proto": "Batches and streams",
    "event.proto": "Events",
    "delivery.proto": "Options, results and errors",
    "server_info.proto": "The server's state",
}


class Page:
    def __init__(self, api, policy_text, policy):
        self.api, self.policy_text, self.policy = api, policy_text, policy
        self.shown = set()
        # A request stands with its method.
        self.anchors = {method.request: method.name for method in api.methods}

    def text(self):
        parts = [HEAD.rstrip(), *self.service(), *self.methods()]
        parts += [RETRIES.rstrip(), f"```json\n{self.policy_text.rstrip()}\n```"]
        for name, title in TITLES.items():
            parts += self.types(name, title)
        missing = (self.api.messages.keys() | self.api.enums.keys()) - self.shown
        if missing:
            raise SystemExit(f"error: docs/generate/api_page.py leaves out {sorted(missing)}")
        return "\n\n".join(parts) + "\n"

    def service(self):
        """What it promises, with its list of errors as a table."""
        yield f"## {self.api.service.name}"
        listed = False
        for paragraph in markdown.paragraphs(self.api.service.comment):
            if not paragraph.startswith("- "):
                yield markdown.escaped(paragraph)
            elif not listed:
                listed = True
                yield self.errors()

    def errors(self):
        found = filter(None, map(ERROR.fullmatch, markdown.paragraphs(self.api.service.comment)))
        rows, named = [], []
        for error in found:
            reasons = re.findall(r"[A-Z_]+", error["reasons"] or "")
            named += reasons
            rules = [self.policy["reasons"][one] for one in reasons]
            rules = rules or [self.policy["codes"][error["code"]]]
            actions = dict.fromkeys(f"`{rule['action']}`" for rule in rules)
            code = f"`{error['code']}`"
            meaning = error["text"][0].upper() + error["text"][1:]
            rows.append([code, ", ".join(reasons), meaning, ", ".join(actions)])
        reasons = [value.name for value in self.api.enums["ErrorReason"].fields[1:]]
        if sorted(named) != sorted(reasons) or sorted(named) != sorted(self.policy["reasons"]):
            raise SystemExit("error: service comment, ErrorReason and retry policy differ in reasons")
        return markdown.table(["code", "reason", "meaning", "[action](#repeating-calls)"], rows)

    def methods(self):
        for method in self.api.methods:
            stream = "stream " if method.streams else ""
            yield f"### {method.name}"
            yield f"`{method.name}({stream}{method.request}) returns ({stream}{method.response})`"
            yield markdown.text(method.comment)
            for part, name in (("Request", method.request), ("Response", method.response)):
                yield from self.part(part, name)

    def part(self, part, name):
        self.shown.add(name)
        message = self.api.messages[name]
        # The first paragraph says only whose request or response it is.
        more = message.comment.partition("\n\n")[2]
        yield f"{part}:" if message.fields else f"{part}: no fields."
        if more:
            yield markdown.text(more)
        if message.fields:
            yield self.fields(message)

    def fields(self, message):
        return "\n".join(self.field(one) for one in message.fields).rstrip()

    def field(self, one):
        kind = self.link(one.type)
        if one.label in ("repeated", "optional"):
            kind = f"{one.label} {kind}"
        first, *rest = markdown.text(one.comment, "  ").split("\n\n", 1)
        line = f"- **`{one.name}`** ({kind}, {one.number}): {first.strip()}"
        return f"{line}\n\n{rest[0]}\n" if rest else line

    def link(self, name):
        inner = re.fullmatch(r"map<(\w+), (.*)>", name)
        if inner:
            return f"map of {inner[1]} to {self.link(inner[2])}"
        if name in self.api.messages or name in self.api.enums:
            return f"[{name}](#{self.anchors.get(name, name).lower()})"
        return f"`{name}`"

    def types(self, file_name, title):
        (file,) = (one for one in self.api.files if one.name.endswith("/" + file_name))
        messages = [one for one in file.messages if one.name not in self.shown]
        yield f"## {title}"
        if file_name != "event_publisher_service.proto":
            yield markdown.text(file.comment)
        for one in messages + file.enums:
            self.shown.add(one.name)
            yield f"### {one.name}"
            yield markdown.text(one.comment)
            yield self.fields(one) if one in messages else self.values(one)

    def values(self, enum):
        rows = [[f"`{one.name}`", str(one.number), " ".join(one.comment.split())] for one in enum.fields]
        return markdown.table(["value", "number", "meaning"], rows)
