#ifndef DINO_SERVER_AUTH_KEY_FILE_H_
#define DINO_SERVER_AUTH_KEY_FILE_H_

#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "server/auth/api_key.h"
#include "server/auth/quota.h"

namespace dino::auth {

// The methods that a caller can be allowed, as the service names them.
inline constexpr std::array<std::string_view, 14> kMethods = {
    "PublishGroup",         "PublishMessage",   "PublishAttachment",
    "PublishEdit",          "PublishActionLog", "PublishRead",
    "PublishJoin",          "PublishLeave",     "PublishDeleteAttachment",
    "PublishDeleteMessage", "PublishCustom",    "PublishBatch",
    "PublishStream",        "GetServerInfo"};

using MethodSet = std::set<std::string, std::less<>>;

// A caller, as the file describes it.
struct CallerEntry {
  // 1 to 64 letters, digits, `-`, `_` and `.`. Stands in logs and metrics.
  std::string name;
  // Any of these opens; several while a key is changed for another one.
  std::vector<KeyDigest> keys;
  // None: all methods.
  std::optional<MethodSet> methods;
  Rates rates;
  // The only `environment` of servers that it may publish through; none: any.
  std::optional<std::string> environment;
};

// Reads what a key file holds:
//
//   {"callers": [{"name": "chat", "sha256": ["<64 hexadecimal digits>"],
//                 "methods": ["PublishMessage"], "events_per_second": 100,
//                 "recipients_per_second": 5000, "environment": "prod"}]}
//
// `name` and `sha256` (a text or a list) must be there. The error names the place and what would be
// right, and repeats no key. Names and keys must be different.
absl::StatusOr<std::vector<CallerEntry>> ParseKeyFile(const std::string& json);

}  // namespace dino::auth

#endif  // DINO_SERVER_AUTH_KEY_FILE_H_
