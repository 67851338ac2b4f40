#include "server/rpc/publish_call.h"

#include <grpcpp/support/slice.h>

#include "absl/types/span.h"
#include "server/event/request_parser.h"
#include "server/log/log.h"
#include "server/rpc/call_metadata.h"

namespace dino::rpc {
namespace {

bool ParseBuffer(const grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                 event::Violations& violations) {
  std::vector<grpc::Slice> slices;
  if (bytes.Valid() && !bytes.Dump(&slices).ok()) return false;
  std::vector<std::string_view> pieces;
  pieces.reserve(slices.size());
  for (const grpc::Slice& slice : slices) {
    pieces.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return event::ParseRequest(pieces, request, violations);
}

mqtt::Qos QosOf(const v1::PublishOptions& options) {
  return options.qos() == v1::QOS_AT_MOST_ONCE ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
}

}  // namespace

bool PublishCallBase::Parse(const grpc::ByteBuffer& bytes, google::protobuf::Message& request) {
  started_at_ = mqtt::Clock::now();
  if (shared_.draining.load(std::memory_order_relaxed)) {
    Fail(ShuttingDown());
    return false;
  }
  event::Violations violations;
  if (ParseBuffer(bytes, request, violations)) return true;
  Fail(InvalidFields(violations));
  return false;
}

std::optional<fanout::Admission::Ticket> PublishCallBase::Admit(std::size_t recipients,
                                                                std::size_t request_bytes) {
  auto admitted = shared_.fanout.Admit(recipients, request_bytes);
  if (std::holds_alternative<fanout::Admission::Ticket>(admitted)) {
    return std::get<fanout::Admission::Ticket>(std::move(admitted));
  }
  Fail(Refused(std::get<fanout::Refusal>(admitted)));
  return std::nullopt;
}

void PublishCallBase::Publish(fanout::Admission::Ticket ticket, std::string json,
                              std::vector<std::int64_t> recipients,
                              const v1::PublishOptions& options) {
  batch_ = shared_.fanout.Publish(
      std::move(ticket), EventOf(std::move(json), std::move(recipients), options),
      [this](const fanout::EventBatch& batch) { OnEnded(batch.AsEnding()); });
}

void PublishCallBase::PublishKeyed(std::string json, std::vector<std::int64_t> recipients,
                                   const v1::PublishOptions& options, std::size_t request_bytes) {
  keyed_call_ = shared_.fanout.keyed_calls().Publish(
      options.idempotency_key(), EventOf(std::move(json), std::move(recipients), options),
      request_bytes, [this](const fanout::KeyedAnswer& answer) {
        if (const auto* refusal = std::get_if<fanout::Refusal>(&answer)) {
          Fail(Refused(*refusal));
        } else {
          OnEnded(std::get<fanout::Ending>(answer));
        }
      });
}

fanout::Event PublishCallBase::EventOf(std::string json, std::vector<std::int64_t> recipients,
                                       const v1::PublishOptions& options) {
  result_detail_ = options.result_detail();
  fanout::Event event;
  event.type = event_type_;
  event.json = std::move(json);
  event.recipients = std::move(recipients);
  event.traceparent = Traceparent(context());
  event.qos = QosOf(options);
  if (options.has_expiry()) {
    event.expiry = std::chrono::seconds(event::ExpirySeconds(options.expiry()));
  }
  event.deadline = AnswerBy(context(), shared_.default_deadline);
  return event;
}

void PublishCallBase::Cancelled() {
  if (batch_ != nullptr) shared_.fanout.Stop(batch_);
  if (keyed_call_ != nullptr) shared_.fanout.keyed_calls().Stop(keyed_call_);
}

void PublishCallBase::OnEnded(const fanout::Ending& ending) {
  if (ending.report.failure != fanout::Failure::kNone) {
    return Fail(Failed(ending), ending.event_id);
  }
  v1::Delivery delivery;
  WriteDelivery(ending, result_detail_, delivery);
  Finish(Response(std::move(delivery)));
}

void PublishCallBase::Fail(const grpc::Status& error, std::string_view event_id) {
  const std::chrono::duration<double> seconds = mqtt::Clock::now() - started_at_;
  log::Warning("call failed", {{"event_type", event_type_},
                               {"code", static_cast<std::int64_t>(error.error_code())},
                               {"error", error.error_message()},
                               {"event_id", event_id},
                               {"seconds", seconds.count()}});
  Finish(error);
}

}  // namespace dino::rpc
