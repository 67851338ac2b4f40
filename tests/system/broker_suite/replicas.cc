#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/soak/answer.h"
#include "tests/soak/witness.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/parts.h"
#include "tests/system/broker_suite/stage.h"
#include "tests/system/requests.h"

namespace dino::broker_suite {
namespace {

using testing::BridgeProcess;
using testing::Clock;

constexpr std::size_t kCallers = 8;
constexpr std::size_t kUsersOfACaller = 5;
constexpr std::size_t kEventsOfACaller = 100;
constexpr std::int64_t kFirstUser = 5000;

using Replicas = std::array<BridgeProcess*, 2>;

// Publishes the events of caller `number`, each through the other replica than the one before.
// Returns how many calls failed.
std::size_t PublishInTurn(const Replicas& replicas, std::size_t number,
                          const std::vector<std::int64_t>& users, testing::Ledger& ledger) {
  std::size_t failed = 0;
  for (std::size_t event = 0; event < kEventsOfACaller; ++event) {
    const std::uint32_t place = ledger.Begin(number, Clock::now());
    testing::v1::Delivery delivery;
    const grpc::Status status =
        PublishMessage(*replicas.at(event % replicas.size()),
                       testing::MessageRequest(users, soak::TextOf({number, place})), &delivery);
    testing::CallEnd end = soak::ReadEnd(status, delivery, users);
    end.at = Clock::now();
    end.allowed = testing::kPatience;
    ledger.End(number, end);
    if (!status.ok()) ++failed;
  }
  return failed;
}

}  // namespace

void RunReplicas(const Options& options, Part& part) {
  Stage stage(options, part.name);
  BridgeProcess one(stage.Brokers(), BridgeFlags(options));
  BridgeProcess other(stage.Brokers(Stage::Order::kReversed), BridgeFlags(options));
  const Replicas replicas = {&one, &other};
  for (BridgeProcess* replica : replicas) {
    replica->WaitForHealth("", testing::health::HealthCheckResponse::SERVING);
  }
  std::atomic<std::size_t> failed{0};
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < kCallers; ++i) {
    std::vector<std::int64_t> users;
    for (std::size_t user = 0; user < kUsersOfACaller; ++user) {
      users.push_back(kFirstUser + static_cast<std::int64_t>(i * kUsersOfACaller + user));
    }
    const std::size_t number = stage.ledger().AddCaller(users.front(), users.size());
    callers.emplace_back(
        [&, number, users] { failed += PublishInTurn(replicas, number, users, stage.ledger()); });
  }
  for (std::thread& caller : callers) caller.join();
  part.Expect(failed == 0, absl::StrCat(failed.load(), " calls failed"));
  stage.Finish(part);
}

}  // namespace dino::broker_suite
