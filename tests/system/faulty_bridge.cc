#include "tests/system/faulty_bridge.h"

#include <map>

#include "tests/support/process/http_client.h"

namespace dino::testing {
namespace {

// What the banner says only of a fault of that name.
const std::string& WordsOf(const std::string& fault) {
  static const std::map<std::string, std::string> words = {
      {"broker-down", "Connection refused"},
      {"one-of-two-down", R"("broker_lost")"},
      {"all-refused", R"("publications_refused")"},
      {"one-topic-refused", R"("publications_refused")"},
      {"never-acknowledges", R"("broker_left")"},
      {"wrong-password", "bad user name or password"},
      {"name-unknown", "look up broker.invalid."},
      {"certificate-expired", "has expired."},
      {"wrong-key", R"("unknown_callers")"},
      {"over-quota", R"("caller_over_quota")"},
      {"memory-bound-reached", R"("pending_near_limit")"},
      {"descriptors-gone", R"("connections_refused")"}};
  return words.at(fault);
}

}  // namespace

std::string FaultyBridge::Problems() const {
  // What has been wrong is in `changes`, which come later.
  const std::string status = HttpGet(bridge->ops_address(), "/status.json");
  return status.substr(0, status.find("\"brokers\":"));
}

bool FaultyBridge::IsNamedInTheBanner() const {
  const std::string wanted = alert.empty() ? R"("problems":[])" : WordsOf(name);
  return Problems().find(wanted) != std::string::npos;
}

}  // namespace dino::testing
