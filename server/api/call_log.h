#ifndef DINO_SERVER_API_CALL_LOG_H_
#define DINO_SERVER_API_CALL_LOG_H_

#include <grpcpp/support/status.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/event_meter.h"
#include "server/api/logged_calls.h"
#include "server/auth/caller.h"
#include "server/base/clock.h"
#include "server/event/kinds.h"
#include "server/grpc/call.h"
#include "server/grpc/call_meters.h"
#include "server/log/line_pace.h"

namespace dino::api {

class CallTrace;

// Who makes a call, and in which trace: what all its log lines say.
struct CallOrigin {
  // The RPC, without its service.
  std::string_view method;
  // W3C; empty if the caller sent none.
  std::string traceparent;
  // Null if nobody knows.
  std::shared_ptr<const auth::Caller> caller;
  // Where it comes from; null where that does not matter. Outlives this.
  const transport::Call* call = nullptr;
  // How its events come; none if it has none.
  std::optional<EventMeter::Via> via = std::nullopt;
  // Null if it is not traced.
  std::shared_ptr<const CallTrace> trace = nullptr;
  // Whose shares it takes if its caller has no name, see `transport::Call::Network`.
  std::string network = {};

  // Empty if callers are not told apart.
  std::string_view caller_name() const {
    return caller == nullptr ? std::string_view() : caller->name();
  }
  // Whose share it takes of what callers share.
  std::string_view owner() const {
    return network.empty() ? caller_name() : std::string_view(network);
  }
};

// What became of a call, or of an event of a call with many.
struct CallEnd {
  // `kind` of a call as a whole.
  static constexpr std::size_t kWhole = event::kEventKinds.size();

  // Place in `event::kEventKinds`.
  std::size_t kind = kWhole;
  std::string_view event_id = {};
  std::size_t recipients = 0;
  std::size_t acknowledged = 0;
  // Of a stream.
  std::size_t requests = 0;
  // Since it began.
  std::chrono::duration<double> after{};
};

// Writes the log's lines about calls, whatever the log's level. A call whose `traceparent` says
// that its trace is recorded always has its line; but not if its caller is not known, since
// strangers must not fill the log. Thread-safe.
class CallLog {
 public:
  explicit CallLog(LoggedCalls logged = LoggedCalls::kSampled);

  void Failed(const CallOrigin& origin, const CallEnd& end, const grpc::Status& error,
              Clock::time_point now = Clock::now());
  void Succeeded(const CallOrigin& origin, const CallEnd& end,
                 Clock::time_point now = Clock::now());

 private:
  // The pace of a result; the last one stands for those without a name.
  log::LinePace& PaceOf(std::string_view result);

  const LoggedCalls logged_;
  const std::vector<std::string> results_;
  std::deque<log::LinePace> failures_;
  std::array<log::LinePace, CallEnd::kWhole + 1> successes_;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_CALL_LOG_H_
