#ifndef DINO_SERVER_AUTH_KEY_FILE_H_
#define DINO_SERVER_AUTH_KEY_FILE_H_

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/auth/quota.h"
#include "server/base/digest.h"

namespace dino::auth {

// The SHA-256 of an API key: all that is kept of it.
using KeyDigest = Sha256Digest;

// Checks that a text can be an API key: 16 to 512 bytes of visible ASCII. The error does not repeat
// it.
absl::Status CheckKey(std::string_view key);

using MethodSet = std::set<std::string, std::less<>>;

// A caller's entry in the file.
struct CallerEntry {
  // 1 to 64 letters, digits, `-`, `_` and `.`. Appears in logs and metrics.
  std::string name;
  // Any of these is accepted; several while a key is rotated.
  std::vector<KeyDigest> keys;
  // Client certificates that are accepted too, by URI or lower-case DNS name.
  std::vector<std::string> certificates;
  // Not set: all methods.
  std::optional<MethodSet> methods;
  // The `event_type`s it may publish, or their beginnings and `*`. Not set: all.
  std::optional<std::vector<std::string>> event_types;
  // MQTT filters of the topics it may publish to, by what replaces the user's ID in
  // `topic-template`: a user's topic is that ID. Not set: all.
  std::optional<std::vector<std::string>> topics;
  Rates rates;
  // The only server `environment` it may publish through. Not set: any.
  std::optional<std::string> environment;
};

// Parses a key file:
//
//   {"callers": [{"name": "chat", "sha256": ["<64 hexadecimal digits>"],
//                 "certificates": ["spiffe://prod/chat", "chat.example"],
//                 "methods": ["PublishMessage"], "event_types": ["message", "build_*"],
//                 "topics": ["+", "builds/#"], "events_per_second": 100,
//                 "recipients_per_second": 5000, "environment": "prod"}]}
//
// `name` is required, and `sha256` or `certificates`, each a string or a list of strings. No name,
// key or certificate may appear twice. The error names the place and the rule, and repeats no key.
absl::StatusOr<std::vector<CallerEntry>> ParseKeyFile(const std::string& json);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_KEY_FILE_H_
