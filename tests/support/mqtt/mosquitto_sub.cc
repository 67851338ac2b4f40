#include "tests/support/mqtt/mosquitto_sub.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dino::testing {

std::vector<std::string> MosquittoSub(std::uint16_t port, const std::string& client_id,
                                      const std::vector<std::string>& topics,
                                      const std::vector<std::string>& fields) {
  // Lines must not be buffered.
  std::vector<std::string> command = {"stdbuf", "-oL", "mosquitto_sub"};
  const auto add = [&command](const std::string& option, const std::string& value) {
    command.push_back(option);
    command.push_back(value);
  };
  command.emplace_back("-d");
  command.emplace_back("-c");
  add("-V", "5");
  add("-h", "127.0.0.1");
  add("-p", std::to_string(port));
  add("-i", client_id);
  add("-x", "86400");
  add("-q", "1");
  const std::string separator(1, kFieldMark);
  add("-F", absl::StrCat(std::string(1, kMessageMark), absl::StrJoin(fields, separator)));
  for (const std::string& topic : topics) add("-t", topic);
  return command;
}

bool TellsOfSubscription(std::string_view line) { return line.rfind("Subscribed (mid:", 0) == 0; }

}  // namespace dino::testing
