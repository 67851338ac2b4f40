#ifndef DINO_SERVER_API_CALL_TRACE_H_
#define DINO_SERVER_API_CALL_TRACE_H_

#include <grpcpp/support/status.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "server/api/call_log.h"
#include "server/base/clock.h"
#include "server/fanout/broker_share.h"
#include "server/trace/tracer.h"

namespace dino::api {

// The spans of a call that is traced: its own, below it one for each of its events, and below those
// one for each broker. Thread-safe.
class CallTrace {
 public:
  // A call that begins now; null if it is not traced. `tracer` outlives it; null: nothing is.
  static std::shared_ptr<const CallTrace> Begin(trace::Tracer* tracer, const CallOrigin& origin);

  CallTrace(trace::Tracer& tracer, trace::SpanContext context, const CallOrigin& origin);

  std::string_view trace_id() const { return context_.trace_id; }

  // One of its events has ended, or its only one, that began then. `result`: OK, or as metrics name
  // it.
  void EventEnded(Clock::time_point began_at, const CallEnd& end, std::string_view result,
                  absl::Span<const fanout::BrokerShare> shares) const;

  // It has ended now.
  void Ended(const grpc::Status& status) const;

 private:
  void AddShare(const fanout::BrokerShare& share, const trace::SpanContext& event) const;

  trace::Tracer& tracer_;
  const trace::SpanContext context_;
  // Without its service.
  const std::string method_;
  // Empty if callers are not told apart.
  const std::string caller_;
  const Clock::time_point began_at_ = Clock::now();
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_CALL_TRACE_H_
