#ifndef DINO_SERVER_TRACE_TRACER_H_
#define DINO_SERVER_TRACE_TRACER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/base/host_port.h"
#include "server/base/timer.h"
#include "server/log/state_log.h"
#include "server/trace/otlp_json.h"
#include "server/trace/sampler.h"
#include "server/trace/span.h"
#include "server/trace/span_queue.h"

namespace dino::trace {

struct TracerOptions {
  Resource resource;
  // See `Sampler`.
  double sample_ratio = 0;
  // Spans that wait for their export, and those of one request.
  std::size_t most_waiting = 2048;
  std::size_t most_at_once = 512;
  std::chrono::milliseconds interval{1000};
};

// Samples calls, and exports their spans on a thread of its own.
//
// Nobody who adds a span ever waits for the collector: what it does not take, or not fast enough,
// is dropped and counted. Thread-safe.
class Tracer {
 public:
  // Exports the body of a request. May block, for a few seconds.
  using SendFunction = std::function<absl::Status(const std::string& body)>;

  struct Figures {
    std::uint64_t exported = 0;
    // The queue was full.
    std::uint64_t dropped = 0;
    // The collector did not take them.
    std::uint64_t failed = 0;
  };

  Tracer(TracerOptions options, SendFunction send);
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  // Exports what is left, unless the collector has failed last.
  ~Tracer();

  // The span of a call with this valid `traceparent`, empty for none; nothing if it is not traced.
  std::optional<SpanContext> Sample(std::string_view traceparent) const {
    return sampler_.Sample(traceparent);
  }

  void Add(Span span);

  Figures figures() const;

 private:
  // Exports what there is, and returns when to do so again.
  Clock::time_point Export();
  // False if the collector has not taken some.
  bool ExportAll();
  // Looks whether somebody has set the system's clock.
  void CheckClocks();

  const TracerOptions options_;
  const Sampler sampler_;
  const SendFunction send_;
  SpanQueue queue_;
  std::atomic<std::uint64_t> exported_{0};
  std::atomic<std::uint64_t> failed_{0};
  // The exporting thread's; the destructor's, once that has ended.
  log::StateLog log_;
  bool collector_works_ = true;
  // The same for all spans of a trace, so that none begins before the one that causes it.
  ClockPair clocks_;
  // Null once it is to end.
  std::unique_ptr<Timer> timer_;
};

// Sends to the OpenTelemetry collector at this address: OTLP over HTTP, at /v1/traces.
Tracer::SendFunction ToCollector(const HostPort& address);

}  // namespace dino::trace

#endif  // DINO_SERVER_TRACE_TRACER_H_
