#include "tests/fuzz/targets.h"

#include <array>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "server/base/utf8.h"

namespace dino::fuzz {
namespace {

constexpr std::string_view kOption = "--target=";

constexpr std::array<std::pair<std::string_view, Target>, 10> kTargets = {{
    {"broker", FuzzBroker},
    {"custom_event", FuzzCustomEvent},
    {"forwarded_certificate", FuzzForwardedCertificate},
    {"http2", FuzzHttp2},
    {"key_file", FuzzKeyFile},
    {"ops_path", FuzzOpsPath},
    {"request", FuzzRequest},
    {"resume_token", FuzzResumeToken},
    {"settings", FuzzSettings},
    {"topic_template", FuzzTopicTemplate},
}};

}  // namespace

Target ChosenTarget(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.substr(0, kOption.size()) != kOption) continue;
    for (const auto& [name, target] : kTargets) {
      if (argument.substr(kOption.size()) == name) return target;
    }
  }
  std::cerr << "error: --target=NAME must name one of";
  for (const auto& [name, target] : kTargets) std::cerr << ' ' << name;
  std::cerr << '\n';
  std::_Exit(2);
}

void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << '\n';
  std::abort();
}

void RequirePrintable(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    Require(first.bytes > 0, "the text is UTF-8");
    Require(!IsControlOrNonCharacter(first.value), "the text has no control characters");
    text.remove_prefix(first.bytes);
  }
}

}  // namespace dino::fuzz
