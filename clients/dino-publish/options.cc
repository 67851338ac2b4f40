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

constexpr char kHelp[] = R"(Usage: dino-publish [options] METHOD < request.json

Calls a method of the service dino.events.v1.EventPublisherService, such as PublishMessage.
Reads the request as protobuf JSON from standard input, prints the response as protobuf JSON
to standard output and errors to standard error.

Options:
  --address HOST:PORT   Where the server listens. Default: the environment variable
                        DINO_GRPC_ADDRESS, else 127.0.0.1:50051.
  --key-file FILE       The file with the API key on its first line. Default: the
                        environment variable DINO_API_KEY_FILE, else none.
  --tls-ca-file FILE    Uses TLS. The file has the authorities that may have signed the
                        server's certificate, in PEM format.
  --tls-cert-file FILE  The client certificate with its chain, in PEM format.
  --tls-key-file FILE   Its key, in PEM format without a passphrase.
  --timeout DURATION    How long the call may take, with a unit: 500ms, 30s, 1m30s; at
                        most 1h. Default: 10s.
  --traceparent TEXT    A W3C trace context to send.
  --compact             Prints the response on one line.
  --list                Prints the methods and the fields of their requests.
  --help, -h            Prints this text.
  --version             Prints the version.

Exit status:
  0  The call succeeded: the broker acknowledged every recipient.
  1  The call failed in a way not listed below.
  2  The command line or the JSON is wrong; nothing was sent.
  3  The server refused the request: correct it.
     (INVALID_ARGUMENT, UNIMPLEMENTED)
  4  The server could not publish now, or not in time: try again.
     (UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED)
  5  The caller or the bridge is not authorized.
     (UNAUTHENTICATED, PERMISSION_DENIED)

Example:
  echo '{"read": {"group_id": "6cbb3265-2a7f-494d-92ad-f4503d55d49f", "user_id": 1234,
    "read_at": "2026-01-31T12:00:00Z", "group_type": "GROUP_TYPE_ONE_TO_ONE"},
    "user_ids": [4321]}' | dino-publish PublishRead
)";

// What is wrong with an option's value; empty if nothing is.
using Problem = std::string;

Problem SetAddress(const std::string& value, Options& options) {
  const auto parts = SplitHostPort(value);
  if (!parts.has_value() || parts->first.empty() || parts->second.empty()) {
    return "must be host:port";
  }
  options.address = value;
  return "";
}

template <std::string Options::*kPath>
Problem SetPath(const std::string& value, Options& options) {
  options.*kPath = value;
  return value.empty() ? "must be a path" : "";
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

constexpr ValueOption kValueOptions[] = {{"--address", SetAddress},
                                         {"--key-file", SetPath<&Options::key_file>},
                                         {"--tls-ca-file", SetPath<&Options::tls_ca_file>},
                                         {"--tls-cert-file", SetPath<&Options::tls_cert_file>},
                                         {"--tls-key-file", SetPath<&Options::tls_key_file>},
                                         {"--timeout", SetTimeout},
                                         {"--traceparent", SetTraceparent}};

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
    if (options.action == Options::Action::kCall && options.method.empty()) {
      return "name the method to call, such as PublishMessage; --list prints all";
    }
    if (options.tls_cert_file.empty() != options.tls_key_file.empty()) {
      return "--tls-cert-file and --tls-key-file must be set together";
    }
    if (!options.tls_cert_file.empty() && options.tls_ca_file.empty()) {
      return "--tls-cert-file needs --tls-ca-file";
    }
    return "";
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
    // The first of these wins over anything else on the command line.
    std::optional<Options::Action> action;
    if (argument == "--help" || argument == "-h") action = Options::Action::kHelp;
    if (argument == "--version") action = Options::Action::kVersion;
    if (argument == "--list") action = Options::Action::kList;
    if (action.has_value()) {
      if (options.action == Options::Action::kCall) options.action = *action;
      return "";
    }
    if (argument == "--compact") {
      options.compact = true;
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
  return options;
}

std::string_view HelpText() { return kHelp; }

}  // namespace dino::publish_client
