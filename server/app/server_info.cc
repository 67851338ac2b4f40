#include "server/app/server_info.h"

#include <chrono>
#include <string>

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

void WriteSession(const mqtt::SessionInfo& info, v1::BrokerSession& session) {
  session.set_client_id(info.client_id);
  session.set_broker(info.broker);
  session.set_connected(info.connected);
  *session.mutable_since() = TimeUtil::MicrosecondsToTimestamp(
      std::chrono::duration_cast<std::chrono::microseconds>(info.since.time_since_epoch()).count());
  session.set_reason(info.reason);
  if (!info.connected) return;
  v1::BrokerLimits& announced = *session.mutable_announced();
  announced.set_receive_maximum(info.announced.receive_maximum);
  announced.set_maximum_qos(info.announced.maximum_qos);
  announced.set_maximum_packet_size(info.announced.maximum_packet_size);
}

}  // namespace

v1::GetServerInfoResponse DescribeServer(const Settings& settings,
                                         const std::vector<mqtt::SessionInfo>& sessions) {
  v1::GetServerInfoResponse response;
  response.set_version(std::string(Version()));
  WriteLimits(settings, *response.mutable_limits());
  for (const mqtt::SessionInfo& session : sessions) {
    WriteSession(session, *response.add_sessions());
  }
  return response;
}

}  // namespace dino::app
