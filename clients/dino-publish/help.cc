#include "clients/dino-publish/options.h"

namespace dino::publish_client {
namespace {

constexpr char kHelp[] = R"(Usage: dino-publish [options] METHOD < request.json
       dino-publish [options] --check [--publish TOPIC [--receive-from HOST:PORT]]

Calls a method of the service dino.events.v1.EventPublisherService, such as PublishMessage.
Reads the request as protobuf JSON from standard input, prints the response as protobuf JSON
to standard output and errors to standard error.

With --check it asks instead whether the server can be reached, knows its caller and is ready;
with --publish also whether an event reaches the broker, and with --receive-from whether a
subscriber gets it. It prints one line for each step, and ends at the first that fails.

Options:
  --address HOST:PORT   Where the server listens. Default: the environment variable
                        DINO_GRPC_ADDRESS, else 127.0.0.1:50051.
  --key-file FILE       The file with the API key on its first line. Default: the
                        environment variable DINO_API_KEY_FILE, else none.
  --tls-ca-file FILE    Uses TLS. The file has the authorities that may have signed the
                        server's certificate, in PEM format.
  --tls-cert-file FILE  The client certificate with its chain, in PEM format.
  --tls-key-file FILE   Its key, in PEM format without a passphrase.
  --timeout DURATION    How long the call may take, with a unit: 500ms, 30s, 1m30s; at
                        most 1h. Default: 10s. With --check, each step: 4s.
  --traceparent TEXT    A W3C trace context to send.
  --compact             Prints the response on one line.
  --list                Prints the methods and the fields of their requests.
  --check               Checks the server, as above.
  --health-only         With --check: does not ask whether the caller is known, so that it
                        needs no key.
  --publish TOPIC       Publishes an event of the type "probe" to this topic, which replaces
                        {user_id} in the server's topic template. Its caller needs the
                        right to call PublishCustom for that type and topic.
  --receive-from HOST:PORT
                        Receives the event again from this broker, by MQTT v5.
  --receive-topic TOPIC The whole topic to subscribe to. Default: dms/dev/ and the topic of
                        --publish.
  --mqtt-username NAME, --mqtt-password-file FILE
                        What the subscriber shows to the broker. Default: nothing.
  --mqtt-tls-ca-file FILE, --mqtt-tls-cert-file FILE, --mqtt-tls-key-file FILE
                        The same for TLS with the broker, as above.
  --help, -h            Prints this text.
  --version             Prints the version.

Exit status:
  0  The call succeeded: the broker acknowledged every recipient.
  1  The call failed in a way not listed below.
  2  The command line or the JSON is wrong; nothing was sent.
  3  The server refused the request: correct it.
     (INVALID_ARGUMENT, UNIMPLEMENTED)
  4  The server could not publish now, or not in time: try again.
     (UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED)
  5  The caller or the bridge is not authorized.
     (UNAUTHENTICATED, PERMISSION_DENIED)
PublishBatch has the status of its first event that failed.
Of --check (0: every step succeeded):
  10  Unreachable: no server answers at the address.
  11  Unknown caller: the server does not take the API key or certificate, or wants one.
  12  Not ready: the server has no broker, or shuts down.
  13  No rights: the caller may not publish that event to that topic.
  14  Refused: the broker refuses the event; the line has its reason code, such as 0x87.
  15  Not acknowledged: not within the time, or the server or its broker is too busy.
  16  Cannot receive: the broker of --receive-from cannot be reached or refuses the
      subscriber.
  17  Acknowledged, not received.

Examples:
  echo '{"read": {"group_id": "6cbb3265-2a7f-494d-92ad-f4503d55d49f", "user_id": 1234,
    "read_at": "2026-01-31T12:00:00Z", "group_type": "GROUP_TYPE_ONE_TO_ONE"},
    "user_ids": [4321]}' | dino-publish PublishRead
  dino-publish --check --publish probe --receive-from broker:1883
)";

}  // namespace

std::string_view HelpText() { return kHelp; }

}  // namespace dino::publish_client
