#ifndef DINO_SERVER_BASE_REPEATER_H_
#define DINO_SERVER_BASE_REPEATER_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

#include "server/base/mutex.h"

namespace dino {

// Calls a function again and again, on a thread of its own, as long as this object lives.
class Repeater {
 public:
  // Returns how long to wait until the next call.
  using Function = std::function<std::chrono::milliseconds()>;

  // The first call comes at once. `thread_name` has at most 15 bytes.
  Repeater(const char* thread_name, Function function);
  Repeater(const Repeater&) = delete;
  Repeater& operator=(const Repeater&) = delete;
  // Waits for the end of a call that is in progress.
  ~Repeater();

 private:
  void Run();

  const Function function_;
  Mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dino

#endif  // DINO_SERVER_BASE_REPEATER_H_
