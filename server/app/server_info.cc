#include "server/app/server_info.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <cstddef>

#include "google/protobuf/util/time_util.h"
#include "server/api/publish_stream.h"
#include "server/fanout/keyed_publisher.h"

namespace dino::app {
namespace {

namespace v1 = ::dino::events::v1;
using google::protobuf::util::TimeUtil;

void WriteLimits(const Settings& settings, v1::ServerLimits& limits) {
  limits.set_max_recipients(settings.max_recipients);
  limits.set_max_payload_bytes(settings.max_payload_bytes);
  limits.set_max_batch_events(settings.max_batch_events);
  limits.set_max_open_stream_events(api::kMaxOpenStreamEvents);
  limits.set_max_pending_publications(settings.max_pending_publications);
  limits.set_max_pending_bytes(settings.max_pending_bytes);
  *limits.mutable_default_deadline() =
      TimeUtil::MillisecondsToDuration(settings.default_deadline.count());
  *limits.mutable_default_expiry() = TimeUtil::SecondsToDuration(settings.default_expiry.count());
  *limits.mutable_idempotency_window() =
      TimeUtil::SecondsToDuration(settings.idempotency_window.count());
  limits.set_idempotency_entries(
      fanout::IdempotencyOptions{settings.idempotency_memory, settings.idempotency_window}
          .finished_events());
  limits.set_max_request_bytes(settings.max_request_bytes);
  limits.set_max_publish_streams(settings.max_publish_streams);
}

google::protobuf::Timestamp TimestampOf(std::chrono::system_clock::time_point time) {
  return TimeUtil::MicrosecondsToTimestamp(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

void WriteSession(const mqtt::SessionInfo& info, v1::BrokerSession& session) {
  session.set_client_id(info.client_id);
  session.set_broker(info.broker);
  session.set_connected(info.connected);
  *session.mutable_since() = TimestampOf(info.since);
  session.set_reason(info.reason);
  if (!info.connected) return;
  v1::BrokerLimits& announced = *session.mutable_announced();
  announced.set_receive_maximum(info.announced.receive_maximum);
  announced.set_maximum_qos(info.announced.maximum_qos);
  announced.set_maximum_packet_size(info.announced.maximum_packet_size);
}

v1::HealthVerdict VerdictOf(health::Verdict verdict) {
  switch (verdict) {
    case health::Verdict::kGood:
      return v1::HEALTH_VERDICT_GOOD;
    case health::Verdict::kDegraded:
      return v1::HEALTH_VERDICT_DEGRADED;
    case health::Verdict::kDown:
      break;
  }
  return v1::HEALTH_VERDICT_DOWN;
}

void WriteProblem(const health::Problem& from, v1::HealthProblem& problem) {
  problem.set_kind(std::string(NameOf(from.kind)));
  problem.set_verdict(VerdictOf(from.verdict));
  problem.set_subject(from.subject);
  *problem.mutable_since() = TimestampOf(from.since);
  if (from.user_share.has_value()) problem.set_user_share(*from.user_share);
  problem.set_what(from.what);
  problem.set_meaning(from.meaning);
  problem.set_action(from.action);
}

void WriteBroker(const health::Broker& state, const mqtt::BrokerInfo& info, v1::Broker& broker) {
  broker.set_name(state.name);
  broker.set_state(std::string(NameOf(state.state)));
  *broker.mutable_since() = TimestampOf(state.since);
  broker.set_home_share(info.home_share);
  broker.set_moved_share(info.moved_share);
  broker.set_waiting_share(info.waiting_share);
  broker.set_last_error(info.last_error);
}

void WriteHealth(const health::HealthWatch::Reading& reading, v1::GetServerInfoResponse& response) {
  v1::ServerHealth& health = *response.mutable_health();
  health.set_verdict(VerdictOf(reading.health.verdict));
  for (const health::Problem& problem : reading.health.problems) {
    WriteProblem(problem, *health.add_problems());
  }
  for (std::size_t i = 0; i < reading.health.brokers.size(); ++i) {
    WriteBroker(reading.health.brokers[i], reading.facts.brokers[i], *response.add_brokers());
  }
}

}  // namespace

std::string HostName() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), HOST_NAME_MAX) == 0 ? name.data() : std::string();
}

v1::GetServerInfoResponse DescribeServer(const Settings& settings,
                                         const std::vector<mqtt::SessionInfo>& sessions,
                                         const health::HealthWatch::Reading& health) {
  v1::GetServerInfoResponse response;
  response.set_version(std::string(Version()));
  WriteLimits(settings, *response.mutable_limits());
  for (const mqtt::SessionInfo& session : sessions) {
    // One of a broker that has left its name connects no more.
    if (!session.retired) WriteSession(session, *response.add_sessions());
  }
  WriteHealth(health, response);
  return response;
}

}  // namespace dino::app
