#include "clients/dino-publish/options.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "server/base/host_port.h"
#include "server/base/traceparent.h"

namespace dino::publish_client {
namespace {

constexpr absl::Duration kLongestTimeout = absl::Hours(1);
constexpr std::chrono::seconds kCallTimeout{10};
constexpr std::chrono::seconds kStepTimeout{4};

// What is wrong with an option's value; empty if nothing is.
using Problem = std::string;

Problem SetHostPort(const std::string& value, std::string& address) {
  const auto parts = SplitHostPort(value);
  if (!parts.has_value() || parts->first.empty() || parts->second.empty()) {
    return "must be host:port";
  }
  address = value;
  return "";
}

Problem SetAddress(const std::string& value, Options& options) {
  return SetHostPort(value, options.address);
}

Problem SetReceiveFrom(const std::string& value, Options& options) {
  return SetHostPort(value, options.receive_from.address);
}

template <std::string Options::*kText>
Problem SetText(const std::string& value, Options& options) {
  options.*kText = value;
  return value.empty() ? "must not be empty" : "";
}

template <std::string BrokerAccess::*kText>
Problem SetAccess(const std::string& value, Options& options) {
  options.receive_from.*kText = value;
  return value.empty() ? "must not be empty" : "";
}

Problem SetTimeout(const std::string& value, Options& options) {
  absl::Duration timeout;
  if (value.find_first_not_of("0123456789") == std::string::npos) {
    return "needs a unit, as in 10s or 500ms";
  }
  if (!absl::ParseDuration(value, &timeout) || timeout < absl::Milliseconds(1) ||
      timeout > kLongestTimeout) {
    return "must be a duration from 1ms to 1h, such as 10s";
  }
  options.timeout = absl::ToChronoMilliseconds(timeout);
  return "";
}

Problem SetTraceparent(const std::string& value, Options& options) {
  if (!IsTraceparent(value)) return "must be a W3C trace context of 55 characters";
  options.traceparent = value;
  return "";
}

struct ValueOption {
  std::string_view name;
  Problem (*set)(const std::string& value, Options& options);
};

constexpr ValueOption kValueOptions[] = {
    {"--address", SetAddress},
    {"--key-file", SetText<&Options::key_file>},
    {"--tls-ca-file", SetText<&Options::tls_ca_file>},
    {"--tls-cert-file", SetText<&Options::tls_cert_file>},
    {"--tls-key-file", SetText<&Options::tls_key_file>},
    {"--timeout", SetTimeout},
    {"--traceparent", SetTraceparent},
    {"--publish", SetText<&Options::probe_topic>},
    {"--receive-from", SetReceiveFrom},
    {"--receive-topic", SetText<&Options::receive_topic>},
    {"--mqtt-username", SetAccess<&BrokerAccess::username>},
    {"--mqtt-password-file", SetAccess<&BrokerAccess::password_file>},
    {"--mqtt-tls-ca-file", SetAccess<&BrokerAccess::tls_ca_file>},
    {"--mqtt-tls-cert-file", SetAccess<&BrokerAccess::tls_cert_file>},
    {"--mqtt-tls-key-file", SetAccess<&BrokerAccess::tls_key_file>}};

// A rule that options break together: `broken` says whether.
struct JointRule {
  bool broken;
  const char* text;
};

Problem BrokenRule(const Options& options) {
  using Action = Options::Action;
  const BrokerAccess& broker = options.receive_from;
  const bool has_access = !broker.username.empty() || !broker.tls_ca_file.empty();
  const JointRule rules[] = {
      {options.action == Action::kCall && options.method.empty(),
       "name the method to call, such as PublishMessage; --list prints all"},
      {options.action == Action::kCheck && !options.method.empty(), "--check takes no method"},
      {options.tls_cert_file.empty() != options.tls_key_file.empty(),
       "--tls-cert-file and --tls-key-file must be set together"},
      {!options.tls_cert_file.empty() && options.tls_ca_file.empty(),
       "--tls-cert-file needs --tls-ca-file"},
      {options.action == Action::kCall && !options.probe_topic.empty(), "--publish needs --check"},
      {options.action == Action::kCall && options.health_only, "--health-only needs --check"},
      {options.health_only && !options.probe_topic.empty(),
       "--health-only and --publish exclude each other"},
      {!broker.address.empty() && options.probe_topic.empty(), "--receive-from needs --publish"},
      {broker.address.empty() && (has_access || !options.receive_topic.empty()),
       "--receive-topic and --mqtt-... need --receive-from"},
      {broker.username.empty() && !broker.password_file.empty(),
       "--mqtt-password-file needs --mqtt-username"},
      {broker.tls_cert_file.empty() != broker.tls_key_file.empty(),
       "--mqtt-tls-cert-file and --mqtt-tls-key-file must be set together"},
      {!broker.tls_cert_file.empty() && broker.tls_ca_file.empty(),
       "--mqtt-tls-cert-file needs --mqtt-tls-ca-file"},
  };
  for (const JointRule& rule : rules) {
    if (rule.broken) return rule.text;
  }
  return "";
}

// Walks over the arguments.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Problem Read(Options& options) {
    while (next_ < arguments_.size()) {
      const std::string& argument = arguments_[next_++];
      const bool is_option = argument.size() > 1 && argument.front() == '-';
      Problem problem = is_option ? ReadOption(argument, options) : ReadMethod(argument, options);
      if (!problem.empty()) return problem;
    }
    return BrokenRule(options);
  }

 private:
  static Problem ReadMethod(const std::string& argument, Options& options) {
    if (!options.method.empty()) {
      return "name only one method; the request is read from standard input";
    }
    options.method = argument;
    return "";
  }

  Problem ReadOption(const std::string& argument, Options& options) {
    using Action = Options::Action;
    if (argument == "--check") {
      if (options.action == Action::kCall) options.action = Action::kCheck;
      return "";
    }
    // The first of these wins over anything else on the command line.
    std::optional<Action> action;
    if (argument == "--help" || argument == "-h") action = Action::kHelp;
    if (argument == "--version") action = Action::kVersion;
    if (argument == "--list") action = Action::kList;
    if (action.has_value()) {
      const bool first = options.action == Action::kCall || options.action == Action::kCheck;
      if (first) options.action = *action;
      return "";
    }
    if (argument == "--compact" || argument == "--health-only") {
      (argument == "--compact" ? options.compact : options.health_only) = true;
      return "";
    }
    return ReadValueOption(argument, options);
  }

  Problem ReadValueOption(const std::string& argument, Options& options) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const auto* const known =
        std::find_if(std::begin(kValueOptions), std::end(kValueOptions),
                     [&name](const ValueOption& option) { return option.name == name; });
    if (known == std::end(kValueOptions)) return "unknown option " + name;
    std::string value;
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (next_ < arguments_.size()) {
      value = arguments_[next_++];
    } else {
      return name + " needs a value";
    }
    const Problem problem = known->set(value, options);
    return problem.empty() ? "" : name + " " + problem;
  }

  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
};

}  // namespace

std::variant<Options, UsageError> ParseOptions(const std::vector<std::string>& arguments,
                                               const Environment& environment) {
  Options options;
  if (const char* address = environment("DINO_GRPC_ADDRESS"); address != nullptr) {
    const Problem problem = SetAddress(address, options);
    if (!problem.empty()) return UsageError{"DINO_GRPC_ADDRESS " + problem};
    // Where a server listens for both families; the machine may have only one of them.
    const auto parts = SplitHostPort(options.address);
    if (parts->first == "[::]") options.address = "localhost:" + std::string(parts->second);
  }
  if (const char* key_file = environment("DINO_API_KEY_FILE"); key_file != nullptr) {
    options.key_file = key_file;
  }
  Problem problem = Reader(arguments).Read(options);
  if (!problem.empty()) return UsageError{std::move(problem)};
  if (options.timeout.count() == 0) {
    options.timeout = options.action == Options::Action::kCheck ? kStepTimeout : kCallTimeout;
  }
  return options;
}

}  // namespace dino::publish_client
