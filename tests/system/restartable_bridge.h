#ifndef DINO_TESTS_SYSTEM_RESTARTABLE_BRIDGE_H_
#define DINO_TESTS_SYSTEM_RESTARTABLE_BRIDGE_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/log_record.h"

namespace dino::testing {

// The server at one address through several lives: it can be killed and restarted while its callers
// remain.
//
// A life that ends unasked, or with an exit status other than 0, fails the test. `stub` may be used
// from any thread, the rest only from the test's.
class RestartableBridge {
 public:
  using Predicate = std::function<bool(const LogRecord&)>;

  // `flags` are added to those that set its address and its log.
  explicit RestartableBridge(const std::string& mqtt_brokers,
                             const std::vector<std::string>& flags = {},
                             Where where = Where::Here());
  RestartableBridge(const RestartableBridge&) = delete;
  RestartableBridge& operator=(const RestartableBridge&) = delete;
  ~RestartableBridge();

  // Its channel reconnects soon, by itself.
  events::v1::EventPublisherService::Stub& stub() { return *stub_; }

  // Starts it on the same port and waits until it is ready or, with `Wait::kForListening`, until it
  // listens.
  enum class Wait { kForReadiness, kForListening };
  void Start(Wait wait = Wait::kForReadiness, Where where = Where::Here());
  // Kills it (SIGKILL).
  void Kill(Where where = Where::Here());
  // Shuts it down (SIGTERM). Returns its log of this life.
  std::vector<LogRecord> Stop(Where where = Where::Here());

  // Waits until the whole server has that health.
  void WaitForReadiness(bool ready, Where where = Where::Here());
  bool live(Where where = Where::Here());

  // Waits for a record of this life that `predicate` accepts, and skips all up to it from then on.
  LogRecord WaitForRecord(const Predicate& predicate, Where where = Where::Here());
  LogRecord WaitForRecord(std::string_view message, Where where = Where::Here());

  // Publishes a message and waits for the answer. The deadline is `kPatience`, or none: then the
  // server's default applies.
  enum class Deadline { kLong, kNone };
  grpc::Status Publish(const events::v1::PublishMessageRequest& request,
                       events::v1::Delivery* delivery = nullptr,
                       Deadline deadline = Deadline::kLong);

 private:
  // Reads one more record. False if none comes in time.
  bool ReadRecord(Clock::time_point deadline);

  const LoopbackPort port_;
  std::vector<std::string> command_;
  std::optional<Subprocess> process_;
  // The records of this life read so far, and the index of the first that may be waited for.
  std::vector<LogRecord> log_;
  std::size_t next_record_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<events::v1::EventPublisherService::Stub> stub_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_RESTARTABLE_BRIDGE_H_
