#ifndef DINO_SERVER_TRACE_OTLP_JSON_H_
#define DINO_SERVER_TRACE_OTLP_JSON_H_

#include <chrono>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/trace/span.h"

namespace dino::trace {

// Which process it is that has the spans.
struct Resource {
  std::string service;
  std::string version;
  // Its machine or pod.
  std::string instance;
};

// The same moment on both clocks: spans are measured by one and exported by the other.
struct ClockPair {
  Clock::time_point clock = Clock::now();
  std::chrono::system_clock::time_point system = std::chrono::system_clock::now();
};

// The body of a request that exports these spans, in the JSON of OTLP 1
// (`ExportTraceServiceRequest`).
std::string OtlpJson(const Resource& resource, const std::vector<Span>& spans,
                     const ClockPair& now);

}  // namespace dino::trace

#endif  // DINO_SERVER_TRACE_OTLP_JSON_H_
