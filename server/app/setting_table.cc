#include "server/app/setting_table.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>

#include "server/log/record.h"
#include "server/memory/memory_limit.h"

namespace dino::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMebibyte = 1024UL * 1024;

constexpr char kFile[] = "the path of a readable file; empty: none";

std::vector<Setting> CallSettings() {
  return {
      {"default-expiry", "86400s",
       "How long the broker keeps an event for an offline subscriber, unless the call says "
       "otherwise.",
       Seconds(&Settings::default_expiry, seconds(1), seconds(4294967295))},
      {"default-deadline", "10s", "How long a call without a deadline may take.",
       Milliseconds(&Settings::default_deadline, milliseconds(1), hours(1))},
      {"max-connection-age", "300s",
       "The age at which a caller is told to replace its connection, possibly by one to another "
       "server; calls in progress continue. Varies by up to 10%.",
       Milliseconds(&Settings::max_connection_age, seconds(1), hours(24))},
      {"max-connection-grace", "60s",
       "How long calls may at least continue after max-connection-age. Longer ones are cut off, at "
       "most three tenths of that age later.",
       Milliseconds(&Settings::max_connection_grace, milliseconds(1), hours(24))},
      {"max-connection-idle", "120s",
       "How long a connection may be without a call before the caller is told to close it and "
       "open another one when needed.",
       Milliseconds(&Settings::max_connection_idle, milliseconds(100), hours(24))},
      {"max-connections", "4096",
       "The most connections of callers. At the limit, one of the address with the most ends for "
       "a new one if its caller has been silent for 5s; else the new one is reset. Those on which "
       "a known caller has called end only while strangers have less than a quarter of all. Lower "
       "if the process may not open that many files.",
       Whole(&Settings::max_connections, 1, 1000000)},
      {"max-concurrent-streams", "1000",
       "The most calls in progress on one connection. Further calls wait at the caller.",
       Whole(&Settings::max_concurrent_streams, 1, 1000000)},
      {"max-publish-streams", "1000",
       "The most PublishStream calls in progress. One caller, or one address of callers without "
       "names, may have three quarters of them. Further ones are refused with RESOURCE_EXHAUSTED "
       "(OVERLOADED).",
       Whole(&Settings::max_publish_streams, 1, 1000000)},
      {"max-watches", "1000",
       "The most health watches and reflection streams in progress, which need no key. One IPv4 "
       "address, or /64 network of IPv6, may have three quarters of them. Further ones are "
       "refused with RESOURCE_EXHAUSTED and no reason.",
       Whole(&Settings::max_watches, 1, 1000000)},
      {"max-unread-answers", "4000",
       "The most answers that callers have not read to calls that were refused at their "
       "beginning, to health checks and to GetServerInfo, by address like max-watches. Further "
       "such calls are reset without an answer.",
       Whole(&Settings::max_unread_answers, 1, 1000000)},
  };
}

std::vector<Setting> LimitSettings() {
  return {
      {"max-metadata-bytes", "8192",
       "The most bytes of a call's metadata, counting 32 extra for each entry. Larger calls are "
       "refused with RESOURCE_EXHAUSTED and no reason.",
       Whole(&Settings::max_metadata_bytes, 1024, kMebibyte)},
      {"max-request-bytes", "4194304",
       "The largest request, and the largest message of a stream, in bytes. Larger ones are "
       "refused with INVALID_ARGUMENT (REQUEST_TOO_LARGE), or with RESOURCE_EXHAUSTED and no "
       "reason above twice the limit plus 1 MiB. At least enough for an event of max-recipients "
       "with max-payload-bytes.",
       Whole(&Settings::max_request_bytes, 65536, 256 * kMebibyte)},
      {"max-batch-events", "1000", "The most events in one PublishBatch.",
       Whole(&Settings::max_batch_events, 1, 1000)},
      {"max-receiving-bytes", "201326592",
       "The most bytes of memory for requests still arriving, over all connections. Above it, "
       "some calls are cut off with UNAVAILABLE or RESOURCE_EXHAUSTED and no reason. At least "
       "max-request-bytes.",
       Whole(&Settings::max_receiving_bytes, 16 * kMebibyte, kMebibyte * kMebibyte)},
      {"max-recipients", "10000",
       "The most recipients of an event, and the most entries of a list in it.",
       Whole(&Settings::max_recipients, 1, 1000000)},
      {"max-payload-bytes", "65536",
       "The largest message_payload of an event, and the largest data of a custom event as JSON "
       "and all its overlays, in bytes.",
       Whole(&Settings::max_payload_bytes, 1, 16 * kMebibyte)},
      {"max-pending-publications", "1000000",
       "The most publications of all calls that may wait for the broker. Calls above it are "
       "refused, and one caller, or one address of callers without names, may have three "
       "quarters. At least max-recipients.",
       Whole(&Settings::max_pending_publications, 1, 100000000)},
      {"max-pending-bytes", "auto",
       "The most bytes that calls hold until their answers are written: for each call 8192 and "
       "its answer; for each event 4096, its request, its JSON, and 15 bytes a user or 39 and its "
       "name a topic, and 48 more for each that the answer lists. Calls above it are refused, and "
       "one caller, or one address of callers without names, may have three quarters; the process "
       "uses up to twice as much memory for them. auto: a quarter of the memory limit of the "
       "process's control group, such as a container's, and at most 268435456. At least enough "
       "for a call of max-recipients with max-payload-bytes.",
       WholeOrAuto(&Settings::max_pending_bytes, 1, kMebibyte * kMebibyte,
                   [] { return DefaultPendingBytes(memory::MemoryLimit()); })},
      {"idempotency-window", "600s",
       "How long an idempotency key is remembered after its last call ended.",
       Seconds(&Settings::idempotency_window, seconds(1), hours(24))},
      {"idempotency-memory", "83886080",
       "The bytes for idempotency keys whose calls have ended; above them, the first to end are "
       "forgotten before idempotency-window has passed. Three quarters are for events that are "
       "complete, 48 bytes each: 1310720 of them, or 2184 a second for ten minutes. Taken as "
       "needed.",
       Whole(&Settings::idempotency_memory, 65536, kMebibyte * kMebibyte)},
      {"drain-delay", "0s",
       "How long calls are still accepted after SIGTERM, while the server already says that it is "
       "not ready, so that load balancers can take it out first.",
       Milliseconds(&Settings::drain_delay, milliseconds(0), hours(1))},
      {"drain-timeout", "25s",
       "How long calls in progress may take to finish after SIGTERM and drain-delay.",
       Milliseconds(&Settings::drain_timeout, milliseconds(0), hours(1))},
  };
}

std::vector<Setting> MqttSettings() {
  return {
      {"mqtt-brokers", "127.0.0.1:1883",
       "The MQTT v5 brokers, separated by commas. Of a name that has several addresses, each is "
       "one.",
       Addresses(&Settings::mqtt_brokers)},
      {"mqtt-sessions", "8", "How many MQTT sessions all calls share.",
       Whole(&Settings::mqtt_sessions, 1, 1000)},
      {"mqtt-loops", "2", "How many threads drive the MQTT sessions.",
       Whole(&Settings::mqtt_loops, 1, 64)},
      {"mqtt-in-flight-window", "64",
       "The most publications of one session that await the broker's acknowledgement.",
       Whole(&Settings::mqtt_in_flight_window, 1, 1000)},
      {"mqtt-in-flight-bytes", "1048576",
       "The most bytes of one session that await the broker's acknowledgement.",
       Whole(&Settings::mqtt_in_flight_bytes, 1, 1024 * kMebibyte)},
      {"mqtt-keep-alive", "10s",
       "The MQTT keep-alive of each session. A connection that died silently while it was idle is "
       "noticed 5s after that at the latest.",
       Seconds(&Settings::mqtt_keep_alive, seconds(5), seconds(65535))},
      {"mqtt-connect-timeout", "5s",
       "How long a broker may take to accept a connection. Doubles with each attempt that it "
       "leaves unanswered, up to 30s.",
       Milliseconds(&Settings::mqtt_connect_timeout, milliseconds(100), minutes(5))},
      {"mqtt-ack-timeout", "5s",
       "How long the broker may leave a publication unacknowledged before the session reconnects.",
       Milliseconds(&Settings::mqtt_ack_timeout, milliseconds(100), minutes(5))},
      {"mqtt-failover-after", "5s",
       "How long users wait for a session without a stable connection before they fail over to "
       "another one.",
       Milliseconds(&Settings::mqtt_failover_after, milliseconds(100), minutes(5))},
      {"mqtt-settle", "1s",
       "How long users who move to another broker wait after its predecessor's last "
       "acknowledgement, so that a cluster has passed their earlier events on.",
       Milliseconds(&Settings::mqtt_settle, milliseconds(0), minutes(5))},
  };
}

std::vector<Setting> MqttIdentitySettings() {
  return {
      {"mqtt-client-id-prefix", "dino-bridge",
       "The prefix of the sessions' MQTT client identifiers.",
       Name(&Settings::mqtt_client_id_prefix, 64)},
      {"mqtt-username", "", "The user name for the brokers.",
       Text(&Settings::mqtt_username, "UTF-8 without control characters; empty: none")},
      {"mqtt-password-file", "",
       "The file with the password for the brokers, without its trailing newline. Read at each "
       "connection attempt.",
       Text(&Settings::mqtt_password_file, kFile)},
      {"mqtt-tls-ca-file", "",
       "The authorities that may have signed the brokers' certificates, in PEM format. If set, "
       "sessions use TLS 1.2 or newer, and a broker's certificate must match its name or address "
       "in mqtt-brokers. This file and the two below are read at each connection attempt.",
       Text(&Settings::mqtt_tls_ca_file, kFile)},
      {"mqtt-tls-cert-file", "",
       "The client certificate for the brokers with its chain, in PEM format. Needs "
       "mqtt-tls-key-file.",
       Text(&Settings::mqtt_tls_cert_file, kFile)},
      {"mqtt-tls-key-file", "",
       "The key of mqtt-tls-cert-file, in PEM format without a passphrase.",
       Text(&Settings::mqtt_tls_key_file, kFile)},
  };
}

std::vector<Setting> TopicSettings() {
  return {
      {"topic-template", "dms/{environment}/{user_id}",
       "The topic of a recipient. {user_id} is replaced by the recipient, {environment} by the "
       "setting of that name.",
       Text(&Settings::topic_template,
            "a topic of at most 10 levels, one of them {user_id}, without wildcards and not "
            "beginning with $")},
      {"environment", "dev", "The value of {environment} in topic-template.",
       Text(&Settings::environment, "one topic level of 1 to 64 bytes")},
  };
}

std::vector<Setting> LogSettings() {
  using api::LoggedCalls;
  using log::Format;
  using log::Level;
  return {
      {"log-level", "info", "The lowest level that is logged. The log goes to standard error.",
       OneOf(&Settings::log_level, Words<Level>{{"debug", Level::kDebug},
                                                {"info", Level::kInfo},
                                                {"warning", Level::kWarning},
                                                {"error", Level::kError}})},
      {"log-format", "json", "The format of the log: one JSON object per line, or text for people.",
       OneOf(&Settings::log_format,
             Words<Format>{{"json", Format::kJson}, {"text", Format::kText}})},
      {"log-calls", "sampled",
       "Which calls, and events of batches and streams, have a line in the log, whatever its "
       "level. failed: those that fail, one a second for each reason, which counts the others. "
       "sampled: also, of those that succeed, one a second for each type of event. all: all. Calls "
       "of known callers whose traceparent is sampled (flag 01) always have one.",
       OneOf(&Settings::log_calls, Words<LoggedCalls>{{"failed", LoggedCalls::kFailed},
                                                      {"sampled", LoggedCalls::kSampled},
                                                      {"all", LoggedCalls::kAll}})},
      {"traces-endpoint", "",
       "The OpenTelemetry collector that gets the spans of traced calls, as host:port, by OTLP "
       "over HTTP (JSON) at /v1/traces, without TLS. Spans that it does not take at once are "
       "dropped. Empty: no call is traced.",
       AddressOrNone(&Settings::traces_endpoint)},
      {"traces-sample-ratio", "0.01",
       "Which part of the calls without a traceparent is traced, from 0 to 1. Others are traced "
       "if their traceparent is sampled (flag 01).",
       Ratio(&Settings::traces_sample_ratio)},
  };
}

std::vector<Setting> AllSettings() {
  std::vector<Setting> all = ListenerSettings();
  for (std::vector<Setting> more : {CallSettings(), LimitSettings(), MqttSettings(),
                                    MqttIdentitySettings(), TopicSettings(), LogSettings()}) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  }
  return all;
}

}  // namespace

std::size_t DefaultPendingBytes(std::optional<std::size_t> memory_limit) {
  constexpr std::size_t kMost = 256 * kMebibyte;
  return std::min(memory_limit.value_or(4 * kMost) / 4, kMost);
}

const std::vector<Setting>& SettingTable() {
  static const auto* const table = new std::vector<Setting>(AllSettings());
  return *table;
}

const Setting& SettingOf(std::string_view name) {
  const std::vector<Setting>& table = SettingTable();
  return *std::find_if(table.begin(), table.end(),
                       [name](const Setting& setting) { return setting.name == name; });
}

}  // namespace dino::app
