"""What the bridge is to reach, and whether it does."""

from collections import namedtuple

from bench.report.results import figure

RATE = "acknowledged_per_second"
EVENTS = "events_per_second"
LIMITS = ["mosquitto limit-1", "mosquitto limit-8", "mosquitto limit-8-bursts"]
PEERS = ["gmqtt", "paho-mqtt", "mqtt.js", "paho.golang"]

METRICS_LOADS = ["1,000 recipients", "unary", "batch"]

# `figure` takes all results; None means that its part was not run. `limited_by` says what stands in
# the way if it is missed, and what would change that.
Target = namedtuple("Target", "measure at_least limit unit figure limited_by")

BROKERS_QUEUE = (
    "mosquitto, on one thread, is busy without a pause, and everything that is in flight lies before "
    "a new publication in its queue: sessions times window, 512 with the defaults. A smaller "
    "`mqtt-in-flight-window` shortens the queue in proportion; a broker with more cores empties it "
    "faster. The row of the sink, which is never busy, shows the bridge's own share.")
BROKER = (
    "mosquitto's own limit: it takes fewer ready-made packets a second (see *1,000 recipients*) than "
    "Centrifugo, which waits for nobody, puts into its own memory. A broker with more cores, or "
    "several, would change it. The row of the sink shows what the bridge itself can do.")

READY_MADE = (
    "The program writes the same bytes again and again, and counts answers. Of the 2,300 instructions "
    "that the bridge spends on a publication, three tenths write and copy topic, properties and "
    "payload, a tenth keeps the order of the topic's events; the others fill the packet's fields and "
    "the window, and match the answer. Bridge, sink and load share two processors, so that the "
    "ratio of rates is mainly one of processor time. Fewer copies of what all packets of an event "
    "have in common would change it.")
ECHO = (
    "gRPC, which the echo has too, is most of a call; the bridge adds the check of the caller before the "
    "request is read, validation, JSON and MQTT. Medians of runs on one day were 0.79 to 0.83. A gRPC "
    "that costs less would not change the ratio; fewer hand-overs between gRPC's threads and ours would.")
KEYED_BATCH = (
    "A key costs an event 3.5 µs of two processors, beside the 7 µs that an event of a batch takes in all. 1 µs "
    "of it waits for memory: each key lies elsewhere in a table of tens of megabytes, where it is "
    "looked for when the call begins and put when it ends. The rest is spread over the digest of the "
    "key, the fingerprint, locks and allocations, none above 0.15 µs. To wake the sending threads once "
    "for several events was tried: a third fewer system calls, and no more events. A call of its own, "
    "or more recipients, hides the key's cost.")
HALF_RATE = (
    "Both have a p99 of several times their median there, when a thread waits for one of two processors "
    "that others have, and it differs as much from round to round. More processors would change it.")
COUNTED = (
    "Counts differ by as much between runs of one program: answers come in other groups each time.")


def ratio(part, cases, others, field=RATE):
    return lambda results: results[part].ratio(cases, others, field)


def value(part, case, field):
    return lambda results: results[part].figure(case, field)


def start_figure(results):
    part = results["start"]
    return figure(value for case in part.cases()
                  for value in part.values(case, "milliseconds").values())


def at_least(measure, limit, of, limited_by=""):
    return Target(measure, True, limit, "", of, limited_by)


def at_most(measure, limit, of, unit="", limited_by=""):
    return Target(measure, False, limit, unit, of, limited_by)


def fanout_targets():
    return [
        at_least("1,000 recipients on mosquitto, over the limit program (best of three)", 0.85,
                 ratio("fanout", "mosquitto bridge", LIMITS)),
        at_least("1,000 recipients on the sink, over bare libmosquitto", 0.80,
                 ratio("fanout", "sink bridge", "sink bare")),
        at_least("1,000 recipients on the sink, over ready-made packets", 0.5,
                 ratio("fanout", "sink bridge", "sink limit-8"), READY_MADE),
        at_most("two callers with 10,000 recipients over one, on the sink: time of the slower", 2.2,
                ratio("two-callers", "sink 2", "sink 1", "p50_ms")),
        at_most("the same two callers on mosquitto", 2.2,
                ratio("two-callers", "mosquitto 2", "mosquitto 1", "p50_ms")),
        at_most("processor time per publication at 100,000 recipients over 100", 1.2,
                ratio("scale", "100000", "100", "server_cpu_us_per_publication")),
    ]


def call_targets():
    return [
        at_least("unary calls/s with 2 recipients over the bare echo", 0.80,
                 ratio("calls", "unary", "echo", EVENTS), ECHO),
        at_least("events/s through PublishStream over unary", 2.5,
                 ratio("calls", "stream", "unary", EVENTS)),
        at_least("events/s through PublishBatch of 100 over unary", 4,
                 ratio("calls", "batch", "unary", EVENTS)),
        at_most("encoding a resume token of 10,000 recipients, in µs", 20,
                value("token", "10,000 recipients", "encode_us")),
        *(at_least(f"events/s with a key over those without, {name}", 0.9,
                   ratio("keys", f"{name}, keyed", name, EVENTS), limited_by)
          for name, limited_by in (("1,000 recipients", ""), ("unary", ""), ("batch", KEYED_BATCH))),
        at_most("p99 at half of the maximum rate over the echo's", 2,
                ratio("latency", "bridge", "echo", "p99_ms"), limited_by=HALF_RATE),
        at_most("p99 of single calls one to two seconds apart over the echo's", 3,
                ratio("sparse", "bridge", "echo", "p99_ms")),
        at_most("p99 while four callers publish to 10,000 over p99 alone, on the sink", 4,
                ratio("neighbours", "sink beside others", "sink alone", "p99_ms")),
        at_most("p99 while four callers publish to 10,000 over p99 alone, on mosquitto", 5,
                ratio("neighbours", "mosquitto beside others", "mosquitto alone", "p99_ms"),
                limited_by=BROKERS_QUEUE),
    ]


def process_targets():
    return [
        at_least("share of keys kept for their window, at 2,000 keyed calls a second for 15 minutes", 1,
                 value("held-keys", "held", "kept")),
        at_most("memory that those keys take over idempotency-memory", 1,
                value("held-keys", "held", "grown_of_bound")),
        at_most("memory per pending publication beyond the requests", 20,
                value("memory", "pending", "bytes_per_publication"), " bytes"),
        at_most("memory when idle (VmRSS)", 40, value("memory", "pending", "idle_mib"), " MiB"),
        at_most("start until the first session is connected", 150, start_figure, " ms"),
        *(at_most(f"instructions with metrics over without, {load}", 1.02,
                  ratio("metrics", f"{load}, counted, instructions",
                        f"{load}, uncounted, instructions", "instructions"))
          for load in METRICS_LOADS),
        *(at_most(f"instructions with traces, {name}, over without, {load}", limit,
                  value("traces", load, field), limited_by=COUNTED)
          for load in METRICS_LOADS
          for name, field, limit in (("sampled out", "sampled_out", 1.001),
                                     ("one in a hundred", "one_percent", 1.01))),
    ]


def peer_targets():
    on_sink = {"gmqtt": 6, "paho-mqtt": 6, "mqtt.js": 3.5, "paho.golang": 2}
    return [
        *(at_least(f"on the sink, over {peer}", limit,
                   ratio("peers", "sink bridge", f"sink {peer}"))
          for peer, limit in on_sink.items()),
        at_least("on mosquitto, over the best of those four", 1.5,
                 ratio("peers", "mosquitto bridge", [f"mosquitto {peer}" for peer in PEERS])),
        at_least("10,000 recipients on the sink, over Centrifugo's Broadcast", 1,
                 ratio("centrifugo", "sink bridge", "centrifugo")),
        at_least("10,000 recipients on mosquitto, over Centrifugo's Broadcast", 1,
                 ratio("centrifugo", "mosquitto bridge", "centrifugo"), BROKER),
    ]


def all_targets():
    return [*fanout_targets(), *call_targets(), *process_targets(), *peer_targets()]


def is_met(target, measured):
    if target.at_least:
        return measured.median >= target.limit
    return measured.median <= target.limit
