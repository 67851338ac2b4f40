#ifndef DINO_TESTS_SYSTEM_BRIDGE_PROCESS_H_
#define DINO_TESTS_SYSTEM_BRIDGE_PROCESS_H_

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dino/events/v1/event_publisher_service.grpc.pb.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/health_client.h"

namespace dino::testing {

namespace v1 = ::dino::events::v1;
// The service as health checks name it.
inline constexpr char kServiceName[] = "dino.events.v1.EventPublisherService";

// Runs the server's program on a free port until this object ends.
//
// The test fails if the program does not start to listen, or if it ends in any way but by SIGTERM
// with exit status 0; a sanitizer's report fails it, too. `channel`, `stub` and `Health` are
// thread-safe.
class BridgeProcess {
 public:
  // `flags` come after those that set its addresses and its log. `environment` entries
  // (`NAME=value`) are added to this process's own. `credentials` are those of `channel`.
  explicit BridgeProcess(const std::string& mqtt_brokers,
                         const std::vector<std::string>& flags = {},
                         const std::vector<std::string>& environment = {},
                         Where where = Where::Here(),
                         const std::shared_ptr<grpc::ChannelCredentials>& credentials =
                             grpc::InsecureChannelCredentials());
  BridgeProcess(const BridgeProcess&) = delete;
  BridgeProcess& operator=(const BridgeProcess&) = delete;
  ~BridgeProcess();

  const std::string& address() const { return address_; }
  std::uint16_t port() const;
  const std::string& ops_address() const { return ops_address_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  v1::EventPublisherService::Stub& stub() { return *stub_; }

  // The current health of a service; nothing if it does not exist.
  std::optional<HealthStatus> Health(const std::string& service, Where where = Where::Here()) {
    return CheckHealth(channel_, service, where);
  }
  // Waits, with a health watch, until the service has that health.
  void WaitForHealth(const std::string& service, HealthStatus wanted, Where where = Where::Here()) {
    testing::WaitForHealth(channel_, service, wanted, where);
  }

  // Waits for a log record with this message.
  void WaitForLog(std::string_view message, Where where = Where::Here());

  bool running() const { return process_.running(); }
  pid_t pid() const { return process_.pid(); }
  Subprocess& process() { return process_; }
  // Asks it to stop (SIGTERM).
  void BeginStop() { process_.Signal(SIGTERM); }
  // Asks it to stop and waits until it has exited. The test fails if its status is not 0.
  void Stop(Where where = Where::Here());
  // What it logged after the last line waited for, up to its exit.
  std::vector<std::string> RemainingLog();

 private:
  Subprocess process_;
  std::string address_;
  std::string ops_address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::EventPublisherService::Stub> stub_;
  bool stopped_ = false;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_BRIDGE_PROCESS_H_
