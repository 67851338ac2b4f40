#include "server/api/call_log.h"

#include "absl/container/inlined_vector.h"
#include "server/api/errors.h"
#include "server/base/traceparent.h"
#include "server/log/log.h"

namespace dino::api {
namespace {

// The fields of a line. Refers to what it is given.
class Fields {
 public:
  Fields(const CallOrigin& origin, const CallEnd& end) {
    Add("method", origin.method);
    if (end.kind != CallEnd::kWhole) Add("event_type", event::kEventKinds[end.kind]);
    if (origin.caller != nullptr) Add("caller", origin.caller->name());
    Add("trace_id", TraceIdOf(origin.traceparent));
    Add("event_id", end.event_id);
    if (end.recipients > 0) {
      fields_.emplace_back("recipients", end.recipients);
      fields_.emplace_back("acknowledged", end.acknowledged);
    }
    if (end.requests > 0) fields_.emplace_back("requests", end.requests);
    fields_.emplace_back("seconds", end.after.count());
  }

  // Leaves out what is empty.
  void Add(std::string_view key, std::string_view text) {
    if (!text.empty()) fields_.emplace_back(key, text);
  }
  void Add(std::string_view key, std::uint64_t number) { fields_.emplace_back(key, number); }

  absl::Span<const log::Field> fields() const { return fields_; }

 private:
  absl::InlinedVector<log::Field, 14> fields_;
};

}  // namespace

void CallLog::Failed(const CallOrigin& origin, const CallEnd& end, const grpc::Status& error,
                     Clock::time_point now) {
  const auto code = static_cast<std::size_t>(error.error_code());
  Failures& failures = failures_.at(code);
  if (!failures.pace.Take(kFailureLines, now) && !log::Enabled(log::Level::kDebug)) {
    failures.unlogged.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  const std::string reason = ReasonOf(error);
  const std::string message = error.error_message();
  Fields fields(origin, end);
  const std::string peer = origin.call == nullptr ? "" : origin.call->Peer();
  fields.Add("peer", peer);
  fields.Add("code", transport::MethodMeter::kCodeNames[code]);
  fields.Add("reason", reason);
  fields.Add("error", message);
  const std::uint64_t unlogged = failures.unlogged.exchange(0, std::memory_order_relaxed);
  if (unlogged > 0) fields.Add("unlogged", unlogged);
  // A caller that has gone is nothing wrong with us, or with it.
  const bool left = error.error_code() == grpc::StatusCode::CANCELLED;
  log::Write(left ? log::Level::kInfo : log::Level::kWarning, "call failed", fields.fields());
}

void CallLog::Succeeded(const CallOrigin& origin, const CallEnd& end, Clock::time_point now) {
  const bool sampled = successes_.at(end.kind).Take(kSuccessLines, now);
  const log::Level level = sampled ? log::Level::kInfo : log::Level::kDebug;
  if (!log::Enabled(level)) return;
  Fields fields(origin, end);
  fields.Add("code", transport::MethodMeter::kCodeNames[0]);
  log::Write(level, "call succeeded", fields.fields());
}

}  // namespace dino::api
