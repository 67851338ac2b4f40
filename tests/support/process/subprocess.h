#ifndef DINO_TESTS_SUPPORT_PROCESS_SUBPROCESS_H_
#define DINO_TESTS_SUPPORT_PROCESS_SUBPROCESS_H_

#include <sys/types.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/line_queue.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A child process whose output can be read line by line as it arrives.
//
// It is killed (SIGKILL) with this object at the latest, and when the thread that started it ends:
// start it on the test's own thread. Its standard input is empty. A program that cannot be executed
// exits with status 127. Thread-safe.
class Subprocess {
 public:
  enum class Output { kStdout, kStderr };
  using Predicate = std::function<bool(std::string_view line)>;

  // Starts `command[0]`, looked up in PATH, with the rest as its arguments. `environment`
  // entries (`NAME=value`) are added to this process's own.
  explicit Subprocess(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment = {});
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;
  ~Subprocess();

  pid_t pid() const { return pid_; }
  bool running() const;

  // Sends a signal; does nothing if the process has ended.
  void Signal(int number);

  // Waits for the end and returns the exit status, or 128 + the number of the signal that
  // ended it. Fails the test, and returns nothing, if it does not end within `patience`.
  std::optional<int> Wait(Clock::duration patience = kPatience, Where where = Where::Here());

  // Waits for the next line. Nothing if the output ended or `deadline` came first.
  std::optional<std::string> NextLine(Output output, Clock::time_point deadline);

  // Waits for a line that `predicate` accepts and returns it; skips lines before it. Fails the
  // test, and returns nothing, if there is none within `patience`.
  std::optional<std::string> WaitForLine(Output output, const Predicate& predicate,
                                         Clock::duration patience = kPatience,
                                         Where where = Where::Here());

  // Returns all lines up to the end of the output, when the process exits.
  std::vector<std::string> RemainingLines(Output output);

  // Whether the output is read from now on. A paused pipe holds what the process writes until it is
  // full; a closed pipe stays closed.
  enum class Reading { kOn, kPaused, kClosed };
  void SetReading(Output output, Reading reading);

 private:
  // An output whose lines others wait for. Only the reader uses the pipe.
  struct Stream {
    FileDescriptor pipe;
    LineQueue lines;
    std::atomic<Reading> reading{Reading::kOn};
  };

  void Start(const std::vector<std::string>& command, const std::vector<std::string>& environment);
  void WakeReader() const;
  void ReadOutput();
  // Waits for output and reads it. False at the end.
  bool ReadOnce();
  static void ReadSome(Stream& stream);
  static void Close(Stream& stream);
  void AwaitEnd();
  Stream& stream(Output output) { return streams_.at(static_cast<std::size_t>(output)); }
  LineQueue& lines(Output output) { return stream(output).lines; }

  const std::string name_;
  pid_t pid_ = -1;
  FileDescriptor wake_reader_;
  std::atomic<bool> end_reading_{false};
  std::array<Stream, 2> streams_;
  std::thread reader_;
  std::thread waiter_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::optional<int> exit_status_;  // Protected by `mutex_`, as is the reaping of `pid_`.
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_SUBPROCESS_H_
