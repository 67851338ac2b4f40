#ifndef DINO_TESTS_SUPPORT_PROCESS_POLL_THREAD_H_
#define DINO_TESTS_SUPPORT_PROCESS_POLL_THREAD_H_

#include <poll.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/patience.h"

namespace dino::testing {

// A thread that works whenever one of its file descriptors is ready, and runs tasks for other
// threads in between. What only this thread touches needs no lock.
//
// Belongs to the object it works for, as its last member, so that it ends first. `Run` may be
// called from any other thread.
class PollThread {
 public:
  // Adds the file descriptors to wait for. Returns the latest time to continue, if any.
  using Prepare = std::function<std::optional<Clock::time_point>(std::vector<pollfd>& entries)>;
  // Does what can be done without waiting.
  using Advance = std::function<void()>;

  // From now on, the thread calls both in turn.
  PollThread(Prepare prepare, Advance advance);
  PollThread(const PollThread&) = delete;
  PollThread& operator=(const PollThread&) = delete;
  ~PollThread();

  // Runs `task` on the thread and waits until it is done. `Advance` follows.
  void Run(const std::function<void()>& task);

 private:
  struct Task {
    const std::function<void()>& work;
    bool done = false;
  };

  void Loop();
  void Wait();
  void RunTasks();

  const Prepare prepare_;
  const Advance advance_;
  const FileDescriptor wake_;

  // The thread only.
  bool stop_ = false;

  std::mutex mutex_;
  std::condition_variable done_;
  // Protected by `mutex_`, as is what they say of being done.
  std::vector<Task*> tasks_;

  std::thread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SUPPORT_PROCESS_POLL_THREAD_H_
