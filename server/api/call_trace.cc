#include "server/api/call_trace.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/api/event_results.h"
#include "server/api/event_service.h"
#include "server/base/host_port.h"

namespace dino::api {
namespace {

constexpr std::string_view kMessaging = "messaging.system";
constexpr std::string_view kMqtt = "mqtt";
constexpr std::string_view kAcknowledged = "dino.acknowledged";

// What is the server's failure and not the caller's, as OpenTelemetry's conventions have it.
bool IsFailure(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
      return true;
    default:
      return false;
  }
}

trace::Span NewSpan() {
  constexpr std::size_t kMostAttributes = 8;
  trace::Span span;
  span.attributes.reserve(kMostAttributes);
  return span;
}

void AddText(trace::Span& span, std::string_view key, std::string_view text) {
  span.attributes.push_back({key, std::string(text)});
}

void AddNumber(trace::Span& span, std::string_view key, std::uint64_t number) {
  span.attributes.push_back({key, static_cast<std::int64_t>(number)});
}

}  // namespace

std::shared_ptr<const CallTrace> CallTrace::Begin(trace::Tracer* tracer, const CallOrigin& origin) {
  if (tracer == nullptr) return nullptr;
  std::optional<trace::SpanContext> context = tracer->Sample(origin.traceparent);
  if (!context.has_value()) return nullptr;
  return std::make_shared<CallTrace>(*tracer, *std::move(context), origin);
}

CallTrace::CallTrace(trace::Tracer& tracer, trace::SpanContext context, const CallOrigin& origin)
    : tracer_(tracer),
      context_(std::move(context)),
      method_(origin.method),
      caller_(origin.caller_name()) {}

void CallTrace::EventEnded(Clock::time_point began_at, const CallEnd& end, std::string_view result,
                           absl::Span<const fanout::BrokerShare> shares) const {
  trace::Span span = NewSpan();
  span.context = trace::ChildOf(context_);
  span.name = "fan-out";
  span.from = began_at;
  span.until = began_at + std::chrono::duration_cast<Clock::duration>(end.after);
  span.failed = result != "OK";
  AddText(span, kMessaging, kMqtt);
  if (end.kind != CallEnd::kWhole) AddText(span, "dino.event_type", event::kEventKinds[end.kind]);
  if (!end.event_id.empty()) AddText(span, "dino.event_id", end.event_id);
  AddNumber(span, "dino.recipients", end.recipients);
  AddNumber(span, kAcknowledged, end.acknowledged);
  if (span.failed) AddText(span, "error.type", result);
  for (const fanout::BrokerShare& share : shares) AddShare(share, span.context);
  tracer_.Add(std::move(span));
}

void CallTrace::AddShare(const fanout::BrokerShare& share, const trace::SpanContext& event) const {
  trace::Span span = NewSpan();
  span.context = trace::ChildOf(event);
  span.name = "PUBLISH";
  span.kind = trace::SpanKind::kClient;
  span.from = share.from;
  span.until = share.until;
  span.failed = share.acknowledged < share.publications;
  AddText(span, kMessaging, kMqtt);
  AddText(span, "messaging.operation.type", "send");
  AddText(span, "dino.broker", share.broker);
  // The broker may be one of several addresses of a name.
  const std::string_view host = std::string_view(share.broker).substr(0, share.broker.find('/'));
  HostPort address;
  if (ParseHostPort(host, 1, address).empty()) {
    AddText(span, "server.address", address.host);
    AddNumber(span, "server.port", address.port);
  }
  AddNumber(span, "messaging.batch.message_count", share.publications);
  AddNumber(span, kAcknowledged, share.acknowledged);
  if (share.reason_code != 0) AddNumber(span, "dino.reason_code", share.reason_code);
  tracer_.Add(std::move(span));
}

void CallTrace::Ended(const grpc::Status& status) const {
  trace::Span span = NewSpan();
  span.context = context_;
  span.name = absl::StrCat(kServiceName, "/", method_);
  span.kind = trace::SpanKind::kServer;
  span.from = began_at_;
  span.until = Clock::now();
  span.failed = IsFailure(status.error_code());
  AddText(span, "rpc.system", "grpc");
  AddText(span, "rpc.service", kServiceName);
  AddText(span, "rpc.method", method_);
  AddNumber(span, "rpc.grpc.status_code", static_cast<std::uint64_t>(status.error_code()));
  if (!caller_.empty()) AddText(span, "dino.caller", caller_);
  if (!status.ok()) AddText(span, "error.type", ResultOf(status));
  tracer_.Add(std::move(span));
}

}  // namespace dino::api
