#include "server/app/application.h"

#include <absl/status/statusor.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/api/server.h"
#include "server/app/caller_access.h"
#include "server/app/operations.h"
#include "server/app/server_info.h"
#include "server/app/session_log.h"
#include "server/event/kinds.h"
#include "server/fanout/direct_publisher.h"
#include "server/fanout/keyed_publisher.h"
#include "server/fanout/topic_template.h"
#include "server/grpc/library.h"
#include "server/log/log.h"
#include "server/mqtt/session/session_pool.h"
#include "server/ops/http_server.h"
#include "server/trace/tracer.h"

namespace dino::app {
namespace {

mqtt::BrokerAccessOptions BrokerAccessOptionsOf(const Settings& settings) {
  mqtt::BrokerAccessOptions options;
  options.username = settings.mqtt_username;
  options.password_file = settings.mqtt_password_file;
  options.tls.ca = settings.mqtt_tls_ca_file;
  options.tls.certificate = settings.mqtt_tls_cert_file;
  options.tls.key = settings.mqtt_tls_key_file;
  return options;
}

mqtt::SessionPoolOptions PoolOptions(const Settings& settings, SessionLog& session_log) {
  mqtt::SessionPoolOptions options;
  options.brokers = settings.mqtt_brokers;
  options.sessions = settings.mqtt_sessions;
  options.loops = settings.mqtt_loops;
  options.client_id_prefix = settings.mqtt_client_id_prefix;
  options.session.in_flight_window = settings.mqtt_in_flight_window;
  options.session.in_flight_bytes = settings.mqtt_in_flight_bytes;
  options.session.keep_alive = settings.mqtt_keep_alive;
  options.session.connect_timeout = settings.mqtt_connect_timeout;
  options.session.ack_timeout = settings.mqtt_ack_timeout;
  options.session.routing = {settings.mqtt_failover_after, settings.mqtt_settle};
  options.session.access = std::make_shared<mqtt::BrokerAccess>(BrokerAccessOptionsOf(settings));
  options.on_change = [&session_log](const mqtt::SessionChange& change) {
    session_log.OnSession(change);
  };
  options.on_broker_change = [&session_log](const std::string& broker, bool left) {
    session_log.OnBroker(broker, left);
  };
  return options;
}

fanout::FanoutOptions FanoutOptionsOf(const Settings& settings) {
  fanout::FanoutOptions options;
  options.default_expiry = settings.default_expiry;
  options.max_pending_publications = settings.max_pending_publications;
  options.max_pending_bytes = settings.max_pending_bytes;
  options.kinds.assign(event::kEventKinds.begin(), event::kEventKinds.end());
  return options;
}

fanout::IdempotencyOptions IdempotencyOptionsOf(const Settings& settings) {
  return {settings.idempotency_memory, settings.idempotency_window};
}

api::ServerOptions ServerOptionsOf(const Settings& settings,
                                   const fanout::TopicTemplate& topic_template) {
  api::ServerOptions options;
  options.transport.address = settings.grpc_address;
  options.transport.proxies = settings.trusted_proxies;
  options.reflection = settings.grpc_reflection;
  options.logged_calls = settings.log_calls;
  options.limits.max_recipients = settings.max_recipients;
  options.limits.max_payload_bytes = settings.max_payload_bytes;
  options.limits.max_topic_levels = topic_template.max_name_levels();
  options.default_deadline = settings.default_deadline;
  options.call_limits.max_request_bytes = settings.max_request_bytes;
  options.call_limits.max_batch_events = settings.max_batch_events;
  options.call_limits.max_publish_streams = settings.max_publish_streams;
  transport::ConnectionLimits& connections = options.transport.connection_limits;
  connections.max_connections = settings.max_connections;
  connections.max_calls = settings.max_concurrent_streams;
  connections.max_unread_answers = settings.max_unread_answers;
  connections.max_watches = settings.max_watches;
  connections.max_metadata_bytes = settings.max_metadata_bytes;
  connections.max_age = settings.max_connection_age;
  connections.max_grace = settings.max_connection_grace;
  connections.max_idle = settings.max_connection_idle;
  connections.max_receiving_bytes = settings.max_receiving_bytes;
  // Operators must get in even when callers use all their connections.
  connections.spare_descriptors = ReservedDescriptors(settings) + ops::HttpServer::kMaxConnections;
  return options;
}

// Null if no call is to be traced.
std::unique_ptr<trace::Tracer> MakeTracer(const Settings& settings) {
  if (!settings.traces_endpoint.has_value()) return nullptr;
  trace::TracerOptions options;
  options.resource = {"dino-bridge", std::string(Version()), HostName()};
  options.sample_ratio = settings.traces_sample_ratio;
  return std::make_unique<trace::Tracer>(std::move(options),
                                         trace::ToCollector(*settings.traces_endpoint));
}

void LogSettings(const Settings& settings) {
  for (const auto& [name, text] : settings.texts) {
    log::Debug("setting", {{"name", name}, {"value", text}});
  }
  for (const std::string& name : settings.unknown_variables) {
    log::Warning("unknown environment variable", {{"name", name}});
  }
}

void LogListening(const std::string& grpc_address, const std::string& ops_address) {
  log::Info("listening", {{"grpc_address", grpc_address},
                          {"ops_address", ops_address},
                          {"version", Version()},
                          {"grpc_version", transport::LibraryVersion()}});
}

int CannotStart(const absl::Status& status) {
  log::Error("cannot start", {{"error", std::string(status.message())}});
  return 1;
}

int Serve(const Settings& settings, const fanout::TopicTemplate& topic_template,
          const std::function<void()>& wait_for_stop) {
  SessionLog session_log;
  mqtt::SessionPool pool(PoolOptions(settings, session_log));
  fanout::DirectPublisher direct_publisher(pool, topic_template, FanoutOptionsOf(settings));
  fanout::KeyedPublisher keyed_publisher(direct_publisher, direct_publisher.admission(),
                                         IdempotencyOptionsOf(settings));
  CallerAccess access(settings);
  const absl::Status started = access.Start();
  if (!started.ok()) return CannotStart(started);
  api::ServerOptions server_options = ServerOptionsOf(settings, topic_template);
  access.Fill(server_options);
  server_options.stop_publishing = [&pool] { pool.StopAll(); };
  const std::unique_ptr<trace::Tracer> tracer = MakeTracer(settings);
  server_options.tracer = tracer.get();
  // Set before the server starts.
  const health::HealthWatch* watch = nullptr;
  server_options.info = [&] { return DescribeServer(settings, pool.Sessions(), watch->Read()); };
  api::Server server(
      keyed_publisher, direct_publisher.admission(), [&pool] { return pool.connected(); },
      server_options);

  Operations operations(settings, access, direct_publisher, keyed_publisher, pool, server,
                        tracer.get());
  watch = &operations.health();
  const absl::StatusOr<std::string> ops_address = operations.Start();
  if (!ops_address.ok()) return CannotStart(ops_address.status());

  pool.Start();
  const absl::StatusOr<std::string> address = server.Start();
  if (!address.ok()) {
    pool.Stop();
    return CannotStart(address.status());
  }
  LogListening(*address, *ops_address);

  wait_for_stop();
  server.Drain(settings.drain_timeout, settings.drain_delay);
  // Last, because calls in progress need the sessions.
  pool.Stop();
  log::Info("stopped");
  return 0;
}

}  // namespace

int RunBridge(const Settings& settings, const std::function<void()>& wait_for_stop) {
  log::Start(settings.log_level, settings.log_format);
  transport::PrepareLibrary();
  LogSettings(settings);
  auto topic_template = fanout::TopicTemplate::Parse(settings.topic_template, settings.environment);
  int exit_status = kExitBadSettings;
  if (topic_template.ok()) {
    exit_status = Serve(settings, *topic_template, wait_for_stop);
  } else {
    log::Error("bad topic template", {{"error", std::string(topic_template.status().message())}});
  }
  log::Stop();
  return exit_status;
}

}  // namespace dino::app
