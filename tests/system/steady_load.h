#ifndef DINO_TESTS_SYSTEM_STEADY_LOAD_H_
#define DINO_TESTS_SYSTEM_STEADY_LOAD_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "tests/system/bridge_process.h"

namespace dino::testing {

// Calls to a bridge, some five a second, whatever becomes of them: a caller who is there all the
// time. Not thread-safe.
class SteadyLoad {
 public:
  enum class Kind {
    kMessages,     // To a few users.
    kBatches,      // Of a hundred messages, each to a user of its own, 1 to 100.
    kWithKey,      // Messages, with the key of the caller `chat`.
    kWithoutKey,   // Messages, with a key that nobody knows.
    kStream,       // Messages on a stream whose answers are not waited for.
    kConnections,  // No calls: new connections, which are kept.
  };

  SteadyLoad(BridgeProcess& bridge, Kind kind) : bridge_(bridge), kind_(kind) {}
  SteadyLoad(const SteadyLoad&) = delete;
  SteadyLoad& operator=(const SteadyLoad&) = delete;
  ~SteadyLoad() { Stop(); }

  void Start();
  void Stop();

 private:
  void Run();
  // Waits until the next call is due; false when stopping.
  bool WaitForTurn();
  void Publish(const std::string& key);
  void PublishBatch();
  void PublishOnStream();
  void Connect();

  BridgeProcess& bridge_;
  const Kind kind_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;  // Protected by `mutex_`.
  std::thread thread_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_STEADY_LOAD_H_
