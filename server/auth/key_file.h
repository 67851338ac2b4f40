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

// What is kept of an API key: its SHA-256.
using KeyDigest = Sha256Digest;

// Whether a text may be an API key: 16 to 512 bytes of visible ASCII. The error does not repeat it.
absl::Status CheckKey(std::string_view key);

using MethodSet = std::set<std::string, std::less<>>;

// A caller, as the file describes it.
struct CallerEntry {
  // 1 to 64 letters, digits, `-`, `_` and `.`. Stands in logs and metrics.
  std::string name;
  // Each of these opens; several while a key is changed for another one.
  std::vector<KeyDigest> keys;
  // The names, URIs or DNS names in lower case, of client certificates that open as well.
  std::vector<std::string> certificates;
  // None: all methods.
  std::optional<MethodSet> methods;
  Rates rates;
  // The only `environment` of servers that it may publish through; none: any.
  std::optional<std::string> environment;
};

// Reads what a key file holds:
//
//   {"callers": [{"name": "chat", "sha256": ["<64 hexadecimal digits>"],
//                 "certificates": ["spiffe://prod/chat", "chat.example"],
//                 "methods": ["PublishMessage"], "events_per_second": 100,
//                 "recipients_per_second": 5000, "environment": "prod"}]}
//
// There must be a `name`, and a `sha256` or `certificates` (a text or a list each). The error names
// the place and what would be right, and repeats no key. Nothing of these may stand twice.
absl::StatusOr<std::vector<CallerEntry>> ParseKeyFile(const std::string& json);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_KEY_FILE_H_
