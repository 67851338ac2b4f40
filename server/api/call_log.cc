#include "server/api/call_log.h"

#include <algorithm>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "server/api/call_trace.h"
#include "server/api/errors.h"
#include "server/api/event_results.h"
#include "server/base/traceparent.h"
#include "server/log/log.h"

namespace dino::api {
namespace {

std::string_view TraceIdOf(const CallOrigin& origin) {
  // One that was sampled by lot has no traceparent.
  return origin.trace == nullptr ? dino::TraceIdOf(origin.traceparent) : origin.trace->trace_id();
}

// The fields of a line. Refers to what it is given.
class Fields {
 public:
  Fields(const CallOrigin& origin, const CallEnd& end) {
    Add("method", origin.method);
    if (end.kind != CallEnd::kWhole) Add("event_type", event::kEventKinds[end.kind]);
    if (origin.caller != nullptr) Add("caller", origin.caller->name());
    Add("trace_id", TraceIdOf(origin));
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

CallLog::CallLog(LoggedCalls logged)
    : logged_(logged), results_(EventNames().results), failures_(results_.size()) {}

log::LinePace& CallLog::PaceOf(std::string_view result) {
  const auto found = std::find(results_.begin(), results_.end() - 1, result);
  return failures_[static_cast<std::size_t>(found - results_.begin())];
}

void CallLog::Failed(const CallOrigin& origin, const CallEnd& end, const grpc::Status& error,
                     Clock::time_point now) {
  std::uint64_t unlogged = 0;
  const bool known = error.error_code() != grpc::StatusCode::UNAUTHENTICATED;
  if (logged_ != LoggedCalls::kAll && !(known && IsSampled(origin.traceparent))) {
    const std::optional<std::uint64_t> held_back = PaceOf(ResultOf(error)).TakeOne(now);
    if (!held_back.has_value()) return;
    unlogged = *held_back;
  }
  const std::string reason = ReasonOf(error);
  const std::string message = error.error_message();
  Fields fields(origin, end);
  const std::string peer = origin.call == nullptr ? "" : origin.call->Peer();
  fields.Add("peer", peer);
  fields.Add("code", transport::MethodMeter::kCodeNames.at(error.error_code()));
  fields.Add("reason", reason);
  fields.Add("error", message);
  if (unlogged > 0) fields.Add("unlogged", unlogged);
  // A cancellation is the caller's doing.
  const bool left = error.error_code() == grpc::StatusCode::CANCELLED;
  log::WriteAlways(left ? log::Level::kInfo : log::Level::kWarning, "call failed", fields.fields());
}

void CallLog::Succeeded(const CallOrigin& origin, const CallEnd& end, Clock::time_point now) {
  const bool always = logged_ == LoggedCalls::kAll || IsSampled(origin.traceparent);
  const bool sampled =
      always || (logged_ == LoggedCalls::kSampled && successes_.at(end.kind).Take(now));
  if (!sampled) return;
  Fields fields(origin, end);
  fields.Add("code", transport::MethodMeter::kCodeNames[0]);
  log::WriteAlways(log::Level::kInfo, "call succeeded", fields.fields());
}

}  // namespace dino::api
