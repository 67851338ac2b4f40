#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_UNWELCOME_CALLER_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_UNWELCOME_CALLER_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/ledger/ledger.h"
#include "tests/system/bridge_process.h"
#include "tests/system/broker_suite/part.h"

namespace dino::broker_suite {

// What the broker does not take.
struct Unwelcome {
  // Consecutive.
  std::vector<std::int64_t> users;
  // Those of them who are refused.
  std::vector<std::int64_t> refused;
  // What is added to the text.
  std::size_t padding = 0;
};

// Calls with what the broker does not take, each event with a key of its own.
class UnwelcomeCaller {
 public:
  // Whether an answer is a fault that does not reject who is refused, and nobody else.
  enum class Judging { kAllAnswers, kNone };

  UnwelcomeCaller(testing::BridgeProcess& bridge, testing::Ledger& ledger, Unwelcome what,
                  Judging judging, Part& part);

  // The next event; or the last one again.
  void Publish();
  void Repeat();

  std::size_t calls() const { return calls_; }
  // Adds what was answered.
  void Finish();

 private:
  void Call(std::uint32_t event);
  void Judge(const grpc::Status& status);

  testing::BridgeProcess& bridge_;
  testing::Ledger& ledger_;
  const Unwelcome what_;
  const Judging judging_;
  Part& part_;
  const std::size_t number_;
  std::size_t calls_ = 0;
  std::map<std::string, std::size_t> answers_;
  testing::Clock::duration slowest_{};
};

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_UNWELCOME_CALLER_H_
