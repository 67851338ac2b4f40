#ifndef DINO_TESTS_UNIT_EVENT_QUIET_PROTOBUF_H_
#define DINO_TESTS_UNIT_EVENT_QUIET_PROTOBUF_H_

#include "server/base/libraries.h"

#if DINO_CURRENT_GRPC
#include "absl/log/globals.h"
#else
#include "google/protobuf/stubs/logging.h"
#endif

namespace dino::event {

// While it exists, protobuf does not log each failed parse.
class QuietProtobuf {
 public:
  QuietProtobuf() = default;
  QuietProtobuf(const QuietProtobuf&) = delete;
  QuietProtobuf& operator=(const QuietProtobuf&) = delete;
#if DINO_CURRENT_GRPC
  ~QuietProtobuf() { absl::SetMinLogLevel(level_); }

 private:
  static absl::LogSeverityAtLeast Silence() {
    const absl::LogSeverityAtLeast level = absl::MinLogLevel();
    absl::SetMinLogLevel(absl::LogSeverityAtLeast::kInfinity);
    return level;
  }

  const absl::LogSeverityAtLeast level_ = Silence();
#else
  ~QuietProtobuf() { google::protobuf::SetLogHandler(handler_); }

 private:
  google::protobuf::LogHandler* const handler_ = google::protobuf::SetLogHandler(nullptr);
#endif
};

}  // namespace dino::event

#endif  // DINO_TESTS_UNIT_EVENT_QUIET_PROTOBUF_H_
