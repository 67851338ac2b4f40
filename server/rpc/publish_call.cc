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
  batch_ = shared_.fanout.Publish(std::move(ticket), std::move(event),
                                  [this](const fanout::EventBatch& batch) { OnEventEnded(batch); });
}

void PublishCallBase::Cancelled() {
  if (batch_ != nullptr) shared_.fanout.Stop(batch_);
}

void PublishCallBase::OnEventEnded(const fanout::EventBatch& batch) {
  const fanout::DeliveryReport report = batch.Report();
  if (report.failure != fanout::Failure::kNone) {
    Fail(Failed(batch, report), &batch);
    return;
  }
  v1::Delivery delivery;
  WriteDelivery(batch, report, result_detail_, delivery);
  Finish(Response(std::move(delivery)));
}

void PublishCallBase::Fail(const grpc::Status& error, const fanout::EventBatch* batch) {
  const std::chrono::duration<double> seconds = mqtt::Clock::now() - started_at_;
  log::Warning("call failed",
               {{"event_type", event_type_},
                {"code", static_cast<std::int64_t>(error.error_code())},
                {"error", error.error_message()},
                {"event_id", batch == nullptr ? std::string_view() : batch->event_id()},
                {"seconds", seconds.count()}});
  Finish(error);
}

}  // namespace dino::rpc
