#ifndef DINO_CLIENTS_DINO_PUBLISH_OPTIONS_H_
#define DINO_CLIENTS_DINO_PUBLISH_OPTIONS_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clients/dino-publish/event_receiver.h"

namespace dino::publish_client {

// What the command line asks for.
struct Options {
  enum class Action { kCall, kCheck, kHelp, kVersion, kList };

  Action action = Action::kCall;
  // The RPC's name, such as `PublishMessage`.
  std::string method;
  std::string address = "127.0.0.1:50051";
  // Of a call, and of each step of a check.
  std::chrono::milliseconds timeout{};
  // The file with the API key on its first line; empty for none.
  std::string key_file;
  // PEM files. The authorities that may have signed the server's certificate; empty: no TLS.
  std::string tls_ca_file;
  // The client certificate and its key; both or none.
  std::string tls_cert_file;
  std::string tls_key_file;
  // A W3C trace context to send; empty for none.
  std::string traceparent;
  // Whether the response is printed on one line.
  bool compact = false;
  // Whether a check leaves out what needs a known caller.
  bool health_only = false;
  // The named topic that a check publishes to; empty: it does not publish.
  std::string probe_topic;
  // Where a check receives its event again; without an address it does not.
  BrokerAccess receive_from;
  // The whole topic; empty for the default.
  std::string receive_topic;
};

// What is wrong with the command line.
struct UsageError {
  std::string text;
};

// Returns the value of an environment variable, null if it is not set.
using Environment = std::function<const char*(const char*)>;

// Reads the arguments, without the program's name. Stops at the first error.
std::variant<Options, UsageError> ParseOptions(const std::vector<std::string>& arguments,
                                               const Environment& environment);

// The output of `--help`.
std::string_view HelpText();

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_OPTIONS_H_
