#ifndef DINO_TESTS_SUPPORT_PROCESS_OTLP_COLLECTOR_H_
#define DINO_TESTS_SUPPORT_PROCESS_OTLP_COLLECTOR_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A span as it was exported.
struct CollectedSpan {
  std::string trace_id;
  std::string span_id;
  std::string parent_id;
  std::string name;
  int kind = 0;
  std::int64_t from = 0;
  std::int64_t until = 0;
  // Numbers as text.
  std::map<std::string, std::string> attributes;
  bool failed = false;
};

// The spans in the body of an export by OTLP in JSON. What does not follow OTLP fails the test.
std::vector<CollectedSpan> ReadOtlpJson(std::string_view body);

// An OpenTelemetry collector, as far as its clients see: takes spans by OTLP over HTTP in JSON, one
// request a connection. Thread-safe.
class OtlpCollector {
 public:
  OtlpCollector();
  OtlpCollector(const OtlpCollector&) = delete;
  OtlpCollector& operator=(const OtlpCollector&) = delete;
  ~OtlpCollector();

  std::string address() const { return port_.address(); }

  // Waits until at least so many spans have come, and returns all.
  std::vector<CollectedSpan> WaitForSpans(std::size_t count, Where where = Where::Here());
  // All requests so far, with their heads.
  std::string text() const;

 private:
  void Run();
  void Serve(const FileDescriptor& socket);

  const LoopbackPort port_;
  const FileDescriptor listener_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  std::vector<CollectedSpan> spans_;
  std::string text_;

  std::thread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_OTLP_COLLECTOR_H_
