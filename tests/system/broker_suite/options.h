#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_OPTIONS_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/mqtt/mosquitto_sub.h"

namespace dino::broker_suite {

struct Options {
  // The server's program.
  std::string bridge;
  // One broker, or the nodes of one cluster. Empty: nothing can be run.
  std::vector<testing::BrokerAccess> brokers;
  std::string username;
  std::string password_file;
  // The topics are `dms/{environment}/{user_id}`.
  std::string environment = "broker_suite";
  // Shell commands that stop and start a broker; they return when that is done. Empty: not known.
  std::string stop;
  std::string start;
  // The users whose topic the broker refuses, and on whose topic it closes the connection.
  std::optional<std::int64_t> denied_user;
  std::optional<std::int64_t> poison_user;
  // The size of a text on which the broker closes the connection; 0: not known.
  std::size_t poison_bytes = 0;
  // How long each rate and latency is measured.
  std::chrono::seconds duration{5};
  // The names of the parts to run. Empty: all.
  std::vector<std::string> parts;
  bool help = false;
};

// Reads `--name=value`. `bridge` is the default for that option. `InvalidArgument` names what is
// wrong.
absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const std::string& bridge);

// What `--help` prints.
std::string Usage();

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_OPTIONS_H_
