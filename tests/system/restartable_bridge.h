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

// The server's program at one address through several lives: it can be killed and started again,
// and its callers stay.
//
// A life that does not end as the test says fails the test, and so does one that ends with another
// exit status than 0. `stub` may be used from any thread, the rest only from the test's.
class RestartableBridge {
 public:
  using Predicate = std::function<bool(const LogRecord&)>;

  // `flags` come beside those that set its address and its log.
  explicit RestartableBridge(const std::string& mqtt_brokers,
                             const std::vector<std::string>& flags = {},
                             Where where = Where::Here());
  RestartableBridge(const RestartableBridge&) = delete;
  RestartableBridge& operator=(const RestartableBridge&) = delete;
  ~RestartableBridge();

  // Its channel connects again by itself, soon.
  events::v1::EventPublisherService::Stub& stub() { return *stub_; }

  // Starts it, on the same port, and waits until it is ready or, with `Wait::kForListening`, only
  // until it listens.
  enum class Wait { kForReadiness, kForListening };
  void Start(Wait wait = Wait::kForReadiness, Where where = Where::Here());
  // Ends it at once (SIGKILL).
  void Kill(Where where = Where::Here());
  // Ends it in order (SIGTERM). Returns all that it logged in this life.
  std::vector<LogRecord> Stop(Where where = Where::Here());

  // Waits until the health of the whole server is that.
  void WaitForReadiness(bool ready, Where where = Where::Here());
  bool live(Where where = Where::Here());

  // Waits for a record of this life that `predicate` accepts; it and those before it are passed
  // over from then on.
  LogRecord WaitForRecord(const Predicate& predicate, Where where = Where::Here());
  LogRecord WaitForRecord(std::string_view message, Where where = Where::Here());

  // Publishes a message and waits for the answer. The call has a deadline of `kPatience`, or none:
  // then the server's default is in force.
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
  // Of this life, as far as they were read; the first that may be waited for.
  std::vector<LogRecord> log_;
  std::size_t next_record_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<events::v1::EventPublisherService::Stub> stub_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_RESTARTABLE_BRIDGE_H_
