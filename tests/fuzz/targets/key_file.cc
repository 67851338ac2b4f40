// The file of API keys.
#include "server/auth/key_file.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/auth/caller.h"
#include "server/auth/quota.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

void RequireRate(const std::optional<double>& rate) {
  Require(!rate.has_value() || (*rate >= 0.001 && *rate <= 1e9), "a rate is within its limits");
}

// Rights allow what they name, and nothing that cannot begin so.
void RequireRights(const auth::CallerEntry& entry) {
  const auth::Caller caller(entry, entry.environment.value_or("prod"),
                            std::make_shared<auth::Quota>(entry.rates));
  for (const std::string& pattern : entry.event_types.value_or(std::vector<std::string>())) {
    const std::string type =
        pattern.back() == '*' ? pattern.substr(0, pattern.size() - 1) + "x" : pattern;
    Require(caller.WhyNotType(type).empty(), "a type that is named may be published");
  }
  if (entry.event_types.has_value()) RequirePrintable(caller.WhyNotType("nobody's type"));
  for (const std::string& filter : entry.topics.value_or(std::vector<std::string>())) {
    if (filter.find_first_of("+#") != std::string::npos) continue;
    Require(caller.WhyNotTopics({filter}).empty(), "a topic that is named may be published to");
  }
  if (entry.topics.has_value() && entry.topics->empty()) {
    Require(!caller.WhyNotUsers({1}).empty(), "no topics are no users");
  }
}

}  // namespace

void FuzzKeyFile(std::string_view bytes) {
  const auto entries = auth::ParseKeyFile(std::string(bytes));
  if (!entries.ok()) {
    Require(!entries.status().message().empty(), "what is refused has a reason");
    RequirePrintable(std::string(entries.status().message()));
    return;
  }
  std::set<std::string> names;
  std::set<auth::KeyDigest> keys;
  std::set<std::string> certificates;
  for (const auth::CallerEntry& entry : *entries) {
    Require(!entry.name.empty() && entry.name.size() <= 64, "a caller has a name");
    RequirePrintable(entry.name);
    Require(names.insert(entry.name).second, "no two callers have the same name");
    Require(!entry.keys.empty() || !entry.certificates.empty(), "a caller can be known");
    for (const auth::KeyDigest& key : entry.keys) {
      Require(keys.insert(key).second, "no two callers have the same key");
    }
    for (const std::string& certificate : entry.certificates) {
      Require(!certificate.empty(), "a certificate has a name");
      Require(certificates.insert(certificate).second, "no two callers have the same certificate");
    }
    RequireRate(entry.rates.events_per_second);
    RequireRate(entry.rates.recipients_per_second);
    RequireRights(entry);
  }
}

}  // namespace dino::fuzz
