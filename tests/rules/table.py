"""The rules as data: who may include what, and where each fact stands."""

# What others than server/app see of mqtt.
PUBLISHING = [
    "server/mqtt/batch.h", "server/mqtt/publisher.h", "server/mqtt/wire/reason_code.h",
]

# Which of our folders each folder may include, beside itself: folders, or single headers. A folder
# that is not named counts to the one above it.
FOLDERS = {
    "server": ["server/app"],
    "server/api": [
        "server/auth", "server/base", "server/event", "server/fanout", "server/grpc", "server/log",
        "server/trace", *PUBLISHING,
    ],
    "server/app": [
        "server/auth", "server/base", "server/event", "server/fanout", "server/health",
        "server/log", "server/api", "server/grpc", "server/memory", "server/metrics", "server/mqtt", "server/ops",
        "server/tls", "server/trace",
    ],
    "server/auth": ["server/base", "server/log", "server/tls"],
    "server/base": [],
    "server/event": ["server/base"],
    "server/fanout": ["server/base", *PUBLISHING],
    "server/grpc": ["server/base", "server/log", "server/net", "server/tls"],
    "server/health": ["server/base", "server/mqtt"],
    "server/log": ["server/base"],
    "server/memory": [],
    "server/metrics": [
        "server/api/event_meter.h", "server/auth", "server/base", "server/fanout",
        "server/grpc/call_meters.h", "server/health/health.h", "server/mqtt",
    ],
    "server/mqtt": ["server/base", "server/mqtt/wire/reason_code.h"],
    "server/mqtt/link": [
        "server/base", "server/mqtt/batch.h", "server/mqtt/wire", "server/tls",
    ],
    "server/mqtt/queue": ["server/base", "server/mqtt/batch.h", "server/mqtt/wire"],
    "server/mqtt/session": [
        "server/base", "server/mqtt/batch.h", "server/mqtt/link", "server/mqtt/publisher.h",
        "server/mqtt/queue", "server/mqtt/wire",
    ],
    "server/mqtt/wire": ["server/base", "server/mqtt/batch.h"],
    "server/net": ["server/base", "server/log"],
    "server/ops": [
        "server/auth", "server/base", "server/fanout", "server/health", "server/mqtt",
        "server/net", "server/grpc/call_meters.h",
    ],
    "server/tls": ["server/base", "server/log"],
    "server/trace": ["server/base", "server/log", "server/net"],
    "clients": ["server/base"],
    "bench": ["tests/support"],
    "bench/token": ["bench/base", "server/fanout"],
    "tests/fuzz": ["server", "tests/support"],
    # What judges the delivery core shares no code with it, but for the clock.
    "tests/simulator": ["server", "tests/simulator"],
    "tests/simulator/base": ["server/base/clock.h"],
    "tests/simulator/broker": [
        "tests/simulator/base", "tests/simulator/ledger", "tests/simulator/net/network.h",
        "tests/simulator/net/wire.h",
    ],
    "tests/simulator/ledger": [
        "tests/simulator/base", "tests/simulator/broker/packets.h",
        "tests/simulator/net/stream_tap.h",
    ],
    "tests/simulator/net": [
        "server/base", "server/mqtt/link", "tests/simulator/base",
        "tests/simulator/broker/packets.h",
    ],
    "tests/simulator/plan": [
        "tests/simulator/base", "tests/simulator/broker", "tests/simulator/ledger",
        "tests/simulator/net/wire.h",
    ],
    "tests/soak": ["tests/support", "tests/system/error_details.h"],
    # What tests share needs no server code, so that it cannot share a mistake with it. Two headers
    # are fakes of its interfaces.
    "tests/support": ["server/mqtt/batch.h", "server/mqtt/publisher.h"],
    "tests/system": ["tests/support"],
    "tests/system/broker_suite": ["tests/soak", "tests/support", "tests/system"],
    "tests/unit": ["bench", "clients", "server", "tests/support"],
}

# Headers that few may include, though they may include others of their folder.
RESERVED = {
    # Whoever else publishes knows the interface in publisher.h. metrics and ops read its numbers.
    "server/mqtt/session/session_pool.h": [
        "server/app", "server/metrics", "server/mqtt", "server/ops", "tests/simulator",
        "tests/unit/mqtt",
    ],
}

# Who may include a library: what its headers match, and the folders of the product that may. What
# is not named here (abseil, protobuf, the system) anyone may.
LIBRARIES = {
    "gRPC": (r"grpc(pp)?/|.*\.grpc\.pb\.h", ["server/grpc", "clients", "bench"]),
    "jemalloc": (r"jemalloc/", ["server/allocator.cc"]),
    "libmicrohttpd": (r"microhttpd\.h", ["server/ops"]),
    "mosquitto": (
        r"mosquitto|mqtt_protocol\.h",
        ["server/mqtt/link", "clients/dino-publish/event_receiver.cc", "bench/mqtt", "bench/peers"],
    ),
    "OpenSSL": (r"openssl/", ["server/base", "server/mqtt/link", "server/tls"]),
    "prometheus-cpp": (r"prometheus/", ["server/metrics"]),
    # event writes event JSON; auth reads the file of keys, ops writes status.json, trace spans.
    "RapidJSON": (r"rapidjson/", ["server/auth", "server/event", "server/ops", "server/trace"]),
    "spdlog": (r"spdlog/", ["server/log"]),
    "a test framework": (r"g(test|mock)/", []),
}
ANYONE_MAY = ["grpcpp/support/status.h"]

# What must not come in by way of other headers either.
UNAWARE = {
    "gRPC": ["server/event", "server/fanout", "server/metrics", "server/mqtt", "server/ops"],
    "mosquitto": ["server/fanout", "server/event"],
}

# A fact, what its code looks like, the folders that are searched, and where alone it stands.
FACTS = [
    ("the clock", r"\bsteady_clock\b", ["server"], ["server/base/clock.h"]),
    ("digests", r"\bEVP_(MD|Digest|sha)|\bSHA(1|224|256|512)\(|openssl/(evp|sha)\.h",
     ["server", "clients"], ["server/base/digest.cc"]),
    ("hexadecimal digits", r'(?i)"0123456789abcdef|\b(HexStringToBytes|BytesToHexString)\b',
     ["server", "clients"], ["server/base/hex.cc"]),
    # Neither the text of an OpenSSL error nor a URI is a host and a port.
    ("host:port", r"\br?find(_(first|last)_of)?\((':'|\":\")",
     ["server", "clients", "bench"],
     ["server/base/host_port.cc", "server/auth/key_file.cc", "server/mqtt/link/tls_error.cc"]),
    ("W3C traceparents", r'"00-"', ["server", "clients"], ["server/base/traceparent.cc"]),
    ("UTF-8", r"(?i)(&|[<>]=?|[!=]=) 0x(c[02]|e0|f[0458])u?\b|UTF8<|U8_NEXT",
     ["server", "clients"], ["server/base/utf8.cc"]),
    ("what errno means", r"\bstrerror(_r)?\(|\b(generic|system)_category\b",
     ["server", "clients"], ["server/base/errno_text.h"]),
    ("that PUBACK 0x10 acknowledges", r"\b0x10\b|\bkNoMatchingSubscribers\b",
     ["server", "clients"], ["server/mqtt"]),
    ("reasons of errors", r'"(INVALID_FIELD|REQUEST_TOO_LARGE|IDEMPOTENCY_KEY_REUSED|RESUME_TOKEN|'
     r'UNKNOWN_CALLER|CALLER_[A-Z_]+|OVERLOADED|SHUTTING_DOWN|CONNECTION_AGE|BROKER_[A-Z_]+)"',
     ["server", "clients"], ["proto/dino/events/v1/delivery.proto"]),
    ("what counts a refused call", r"\bmeters(_|\(\))?\.Refused\(",
     ["server"], ["server/api/refusal.cc"]),
]

# The hosts that documents link to.
KNOWN_HOSTS = ["github.com"]

# Files of ours have at most so many lines; these were written by programs.
MAX_LINES = 300
MAX_LINES_OF = {"README.md": 200}
GENERATED = r"_pb2(_grpc)?\.pyi?$|\.pb\.go$"

# A header of so few lines that only one file includes belongs in that file.
FEW_LINES = 30
FEW_LINES_ALLOWED = ["server/mqtt"]
