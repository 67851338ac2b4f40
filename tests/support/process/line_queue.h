#ifndef DINO_TESTS_SUPPORT_PROCESS_LINE_QUEUE_H_
#define DINO_TESTS_SUPPORT_PROCESS_LINE_QUEUE_H_

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/process/patience.h"

namespace dino::testing {

// Splits a stream of bytes into lines, for one thread that writes and others that wait.
//
// Thread-safe.
class LineQueue {
 public:
  // Adds bytes of the stream, cut anywhere.
  void Append(std::string_view bytes);

  // Ends the stream; an unfinished last line counts as a line.
  void Close();

  // Waits for the next line, without its line end. Nothing if the stream ended or `deadline`
  // came first.
  std::optional<std::string> Next(Clock::time_point deadline);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::string unfinished_;
  bool closed_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_LINE_QUEUE_H_
