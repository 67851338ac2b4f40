"""Compares what the bridge does with a request with what the contract says."""

import re
import uuid
from collections import Counter

from google.protobuf.json_format import Error, MessageToJson
from google.protobuf.text_format import MessageToString

import event_json
import rules
import wire

MOST_VIOLATIONS = 50
MOST_TRAILERS = 8192  # Bytes. Violations are left out before they would be more.
NEARLY_FULL = 6000
DEFAULT_EXPIRY = 86400
ON_THE_WAY = 10  # Seconds that a publication may wait: its expiry counts from the call.
AT_MOST_ONCE = 1
ALL_RESULTS = 3
ACKNOWLEDGED = 1


class Disagreement(AssertionError):
    pass


def check(caller, limits, call):
    """Makes the call. Returns the number of violations; raises Disagreement."""
    rpc, request = call
    expected = rules.violations(rpc, request, limits)
    if expected:
        outcome = caller.call(rpc, request, 0)
        differences = list(refused(expected, outcome))
        expectation = ["INVALID_ARGUMENT", *map(" ".join, expected)]
    else:
        publications = {}
        if not request.options.validate_only:
            publications = event_json.publications(rpc, request)
        # Those of QoS 0 may still be on their way to the broker when the call is answered.
        pending = len(publications) if request.options.qos == AT_MOST_ONCE else 0
        outcome = caller.call(rpc, request, pending)
        differences = list(published(rpc, request, publications, outcome))
        expectation = ["OK", *(f"{topic}: {json!r}" for topic, json in publications.items())]
    if differences:
        raise Disagreement(report(call, expectation, outcome, differences))
    return len(expected)


def refused(expected, outcome):
    if (outcome.code, outcome.reason) != ("INVALID_ARGUMENT", "INVALID_FIELD"):
        yield "it was not refused for its fields"
        return
    fields = Counter(field for field, _ in expected)
    named = Counter(wire.without_map_indexes(field) for field, _ in outcome.violations)
    if named - fields:
        yield f"named though right: {sorted(named - fields)}"
    full = named.total() == MOST_VIOLATIONS or outcome.trailers > NEARLY_FULL
    if fields - named and not full:
        yield f"not named: {sorted(fields - named)}"
    if named.total() > MOST_VIOLATIONS or outcome.trailers > MOST_TRAILERS:
        yield f"too much is named: {named.total()} violations, {outcome.trailers} bytes"
    if counted_by(outcome.message) != fields.total():
        yield "its message has another number of violations"
    if outcome.received:
        yield "something was published"


def counted_by(message):
    """How many violations a message says there are: it names some, and counts the others."""
    more = re.search(r"; and (\d+) more$", message)
    named = message[: more.start()] if more else message
    return named.count("; ") + 1 + int(more[1] if more else 0)


def published(rpc, request, publications, outcome):
    if outcome.code != "OK":
        yield "it was refused"
        return
    read = event_json.with_our_digits if rpc == "PublishCustom" else bytes
    got = Counter((one.topic, read(one.payload)) for one in outcome.received)
    if got != Counter(publications.items()):
        yield "other publications came"
    for one in outcome.received:
        yield from properties(rpc, request, outcome.delivery, one)
    yield from answer(rpc, request, outcome.delivery)


def properties(rpc, request, delivery, one):
    """Of a PUBLISH."""
    options = request.options
    if one.retain:
        yield "it is retained"
    if one.qos != (0 if options.qos == AT_MOST_ONCE else 1):
        yield f"QoS {one.qos}"
    told = one.properties
    if (told.PayloadFormatIndicator, told.ContentType) != (1, "application/json"):
        yield "it is not marked as JSON"
    kept = options.expiry.seconds + (options.expiry.nanos > 0) or DEFAULT_EXPIRY
    if not kept - ON_THE_WAY <= told.MessageExpiryInterval <= kept:
        yield f"it expires in {told.MessageExpiryInterval} s"
    user_properties = dict(told.UserProperty)
    event_type = event_json.event_type(rpc, request)
    own = {"event_id": delivery.event_id, "event_type": event_type}
    if user_properties != own | dict(options.user_properties):
        yield f"user properties {user_properties}"


def answer(rpc, request, delivery):
    recipients = event_json.recipients(rpc, request)
    acknowledged = 0 if request.options.validate_only else len(recipients)
    if (delivery.recipient_count, delivery.acknowledged_count) != (len(recipients), acknowledged):
        yield "the counts are wrong"
    if delivery.no_subscriber_count or delivery.replayed:
        yield "it was not published anew to our subscriber"
    if request.options.validate_only:
        if delivery.event_id and not request.options.idempotency_key:
            yield "what was only validated has a random ID"
        return
    if str(uuid.UUID(delivery.event_id)) != delivery.event_id:
        yield "the event's ID is no UUID"
    listed = recipients if request.options.result_detail == ALL_RESULTS else []
    if [(one.topic or one.user_id) for one in delivery.results] != listed:
        yield "other results are listed"
    if any((one.outcome, one.reason_code) != (ACKNOWLEDGED, 0) for one in delivery.results):
        yield "a result is not that it was acknowledged"


def report(call, expectation, outcome, differences):
    parts = [
        f"{call.rpc} {readable(call.request)}",
        *(f"in which {ascii(mark)} are the bytes {wire.MARKS[mark]}" for mark in marks(call)),
        "expected: " + "\n  ".join(expectation),
        f"actual: {outcome.code} {outcome.reason} {outcome.message}",
        *(f"  {field} {description}" for field, description in outcome.violations),
        *(f"  {one.topic}: {one.payload!r}" for one in outcome.received),
        f"  {outcome.delivery}" if outcome.delivery else "",
        "differences: " + "; ".join(differences),
    ]
    return "\n".join(shortened(part) for part in parts if part)


def readable(request):
    try:
        return MessageToJson(request, preserving_proto_field_name=True, indent=None)
    except (Error, ValueError):  # Protobuf's JSON has no times out of range, for one.
        return MessageToString(request, as_one_line=True)


def shortened(part, most=4000):
    if len(part) <= most:
        return part
    return f"{part[: most // 2]} ... {part[-most // 2 :]} ({len(part)} characters)"


def marks(call):
    wire_of = call.request.SerializeToString()
    return [mark for mark in wire.MARKS if mark.encode() in wire_of]
