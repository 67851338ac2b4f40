#include "tests/support/mqtt/mosquitto_sub.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace dino::testing {
namespace {

void Add(std::vector<std::string>& command, const std::string& option, const std::string& value) {
  command.push_back(option);
  command.push_back(value);
}

void AddAccess(std::vector<std::string>& command, const BrokerAccess& broker) {
  Add(command, "-V", "5");
  Add(command, "-h", broker.host);
  Add(command, "-p", std::to_string(broker.port));
  if (!broker.username.empty()) Add(command, "-u", broker.username);
  if (!broker.password.empty()) Add(command, "-P", broker.password);
  Add(command, "-q", "1");
}

}  // namespace

std::vector<std::string> MosquittoSub(const BrokerAccess& broker, const std::string& client_id,
                                      const std::vector<std::string>& topics,
                                      const std::vector<std::string>& fields) {
  // Lines must not be buffered.
  std::vector<std::string> command = {"stdbuf", "-oL", "mosquitto_sub", "-d", "-c"};
  AddAccess(command, broker);
  Add(command, "-i", client_id);
  Add(command, "-x", "86400");
  // By default it takes 20 at a time. mochi loses and swaps what waits for its turn.
  command.insert(command.end(), {"-D", "CONNECT", "receive-maximum", "65535"});
  const std::string separator(1, kFieldMark);
  Add(command, "-F", absl::StrCat(std::string(1, kMessageMark), absl::StrJoin(fields, separator)));
  for (const std::string& topic : topics) Add(command, "-t", topic);
  return command;
}

std::vector<std::string> MosquittoPub(const BrokerAccess& broker, const std::string& topic,
                                      const std::string& payload) {
  std::vector<std::string> command = {"mosquitto_pub"};
  AddAccess(command, broker);
  Add(command, "-t", topic);
  Add(command, "-m", payload);
  return command;
}

std::vector<std::string> ForgetMosquittoSub(const BrokerAccess& broker,
                                            const std::string& client_id) {
  std::vector<std::string> command = {"mosquitto_sub"};
  AddAccess(command, broker);
  Add(command, "-i", client_id);
  Add(command, "-t", client_id);
  command.emplace_back("-E");
  return command;
}

bool TellsOfSubscription(std::string_view line) { return line.rfind("Subscribed (mid:", 0) == 0; }

}  // namespace dino::testing
