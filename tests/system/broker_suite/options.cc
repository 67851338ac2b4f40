#include "tests/system/broker_suite/options.h"

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/process/files.h"

namespace dino::broker_suite {
namespace {

// Options by name, before they are understood.
using Values = std::map<std::string, std::string>;

absl::StatusOr<Values> ReadValues(const std::vector<std::string>& arguments) {
  Values values;
  for (const char* const name :
       {"bridge", "broker", "username", "password-file", "environment", "stop", "start",
        "deny-topic", "poison-topic", "poison-bytes", "seconds", "parts"}) {
    values[name] = "";
  }
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    const auto value =
        argument.rfind("--", 0) == 0 ? values.find(argument.substr(2, equals - 2)) : values.end();
    if (value == values.end() || equals == std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat("not an option with a value: ", argument));
    }
    value->second = argument.substr(equals + 1);
  }
  return values;
}

bool AddBroker(const std::string& address, const std::string& password, Options& options) {
  const std::size_t colon = address.rfind(':');
  std::uint32_t port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port == 0 || port > 65535) {
    return false;
  }
  std::string host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  options.brokers.emplace_back(host, static_cast<std::uint16_t>(port), options.username, password);
  return true;
}

// The user whose topic that is.
std::optional<std::int64_t> UserOf(const std::string& topic, const std::string& environment) {
  const std::string users = absl::StrCat("dms/", environment, "/");
  std::int64_t user = 0;
  if (topic.substr(0, users.size()) != users ||
      !absl::SimpleAtoi(topic.substr(users.size()), &user) || user <= 0) {
    return std::nullopt;
  }
  return user;
}

absl::Status Bad(const std::string& name, const std::string& value) {
  return absl::InvalidArgumentError(absl::StrCat("bad option: --", name, "=", value));
}

// Reads what names a topic or a size.
absl::Status ReadRefused(const Values& values, Options& options) {
  for (auto [name, user] : {std::pair("deny-topic", &options.denied_user),
                            std::pair("poison-topic", &options.poison_user)}) {
    const std::string& topic = values.at(name);
    if (topic.empty()) continue;
    *user = UserOf(topic, options.environment);
    if (!user->has_value()) return Bad(name, topic);
  }
  const std::string& bytes = values.at("poison-bytes");
  if (!bytes.empty() &&
      (!absl::SimpleAtoi(bytes, &options.poison_bytes) || options.poison_bytes == 0)) {
    return Bad("poison-bytes", bytes);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const std::string& bridge) {
  Options options;
  if (arguments == std::vector<std::string>{"--help"}) {
    options.help = true;
    return options;
  }
  auto values = ReadValues(arguments);
  if (!values.ok()) return values.status();
  const auto value = [&values](const char* name, const std::string& otherwise = "") {
    const std::string& given = values->at(name);
    return given.empty() ? otherwise : given;
  };
  options.bridge = value("bridge", bridge);
  options.environment = value("environment", options.environment);
  options.username = value("username");
  options.password_file = value("password-file");
  options.stop = value("stop");
  options.start = value("start");
  if (options.stop.empty() != options.start.empty()) {
    return absl::InvalidArgumentError("--stop and --start belong together");
  }
  std::string password;
  if (!options.password_file.empty()) password = testing::ContentOf(options.password_file);
  while (!password.empty() && password.back() == '\n') password.pop_back();
  const std::vector<std::string> addresses =
      absl::StrSplit(value("broker"), ',', absl::SkipEmpty());
  for (const std::string& address : addresses) {
    if (!AddBroker(address, password, options)) return Bad("broker", address);
  }
  std::uint32_t seconds = 0;
  if (!absl::SimpleAtoi(value("seconds", "5"), &seconds) || seconds == 0) {
    return Bad("seconds", value("seconds"));
  }
  options.duration = std::chrono::seconds(seconds);
  options.parts = absl::StrSplit(value("parts"), ',', absl::SkipEmpty());
  if (absl::Status refused = ReadRefused(*values, options); !refused.ok()) return refused;
  return options;
}

std::string Usage() {
  return "usage: broker_suite --broker=HOST:PORT[,HOST:PORT...] [--option=value ...]\n"
         "\n"
         "Runs the bridge against a broker, or the nodes of one cluster, that runs already, and\n"
         "counts at an independent subscriber with a persistent session what was lost, doubled\n"
         "and swapped, and at the callers what got stuck. Prints a line for each part; a part\n"
         "for which something is not known is `not run`. The exit status is 0 only if no part\n"
         "failed. Needs mosquitto_sub and mosquitto_pub, and a connection without TLS.\n"
         "\n"
         "  --bridge=FILE          the server's program (the one built with this program)\n"
         "  --username=NAME        who may publish to and read dms/ENVIRONMENT/+\n"
         "  --password-file=FILE   and how that is shown\n"
         "  --environment=NAME     nobody else may publish below dms/NAME/ (broker_suite)\n"
         "  --stop=COMMAND         stops the broker, or a node; the shell runs it\n"
         "  --start=COMMAND        starts it again, and returns when it accepts connections\n"
         "  --deny-topic=TOPIC     dms/ENVIRONMENT/USER-ID that the broker refuses\n"
         "  --poison-topic=TOPIC   the same, where the broker closes the connection\n"
         "  --poison-bytes=N       the size of a text on which the broker closes the connection,\n"
         "                         though it announced no such limit\n"
         "  --seconds=N            how long each rate and latency is measured (5)\n"
         "  --parts=NAME,...       only these parts\n";
}

}  // namespace dino::broker_suite
