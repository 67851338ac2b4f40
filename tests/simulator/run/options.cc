#include "tests/simulator/run/options.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace dino::simulator {
namespace {

std::vector<FaultKind> AllKinds() {
  std::vector<FaultKind> kinds(kFaultNames.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = static_cast<FaultKind>(i);
  return kinds;
}

absl::StatusOr<FaultKind> KindOf(absl::string_view name) {
  const auto* const found = std::find(kFaultNames.begin(), kFaultNames.end(), name);
  if (found == kFaultNames.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no such fault: '", name, "'; there are ", absl::StrJoin(kFaultNames, ", ")));
  }
  return static_cast<FaultKind>(found - kFaultNames.begin());
}

absl::Status ParseKinds(absl::string_view names, bool only, std::vector<FaultKind>& kinds) {
  if (only) kinds.clear();
  for (const absl::string_view name : absl::StrSplit(names, ',', absl::SkipEmpty())) {
    const auto kind = KindOf(name);
    if (!kind.ok()) return kind.status();
    if (only) {
      kinds.push_back(*kind);
    } else {
      kinds.erase(std::remove(kinds.begin(), kinds.end(), *kind), kinds.end());
    }
  }
  return absl::OkStatus();
}

template <typename Number>
absl::Status ParseNumber(absl::string_view text, Number& number) {
  if (absl::SimpleAtoi(text, &number)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not a number: '", text, "'"));
}

absl::Status ParseOne(absl::string_view name, absl::string_view value, Options& options) {
  if (name == "seed") return ParseNumber(value, options.seed.emplace());
  if (name == "seeds") return ParseNumber(value, options.seeds);
  if (name == "from") return ParseNumber(value, options.from);
  if (name == "events") return ParseNumber(value, options.events);
  if (name == "failures") return ParseNumber(value, options.failures);
  if (name == "replicas") return ParseNumber(value, options.scope.replicas);
  if (name == "brokers") return ParseNumber(value, options.scope.brokers);
  if (name == "faults") return ParseKinds(value, true, options.scope.kinds);
  if (name == "no-faults") return ParseKinds(value, false, options.scope.kinds);
  if (name == "only") {
    options.only = absl::StrSplit(value, ',', absl::SkipEmpty());
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("no such option: '--", name, "'"));
}

}  // namespace

const char kUsage[] = R"(usage: simulator [--option value]...

Runs the real delivery core in simulated time under random faults, and checks
after every step what it promises. Everything follows from the seed.

  --seeds N       run so many seeds (100)
  --from N        from this one (1)
  --events N      instead of --seeds: until so many events were acknowledged
  --failures N    go on until so many seeds have failed (1)
  --faults A,B    draw only these kinds of faults
  --no-faults A,B do not draw these
  --replicas N    at most so many (2)
  --brokers N     at most so many (3)
  --names         put four brokers behind a name that leads to two to four of them
  --no-shrink     do not look for the shortest history of a seed that fails
  --seed N        replay this seed and print what happens
  --only A,B      of it, keep only these calls, events, users and faults

Exits 1 if a seed failed.
)";

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments) {
  Options options;
  options.scope.kinds = AllKinds();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    absl::string_view name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
      continue;
    }
    if (name == "--names") {
      options.scope.names = true;
      continue;
    }
    if (name == "--no-shrink") {
      options.shrink = false;
      continue;
    }
    if (!absl::ConsumePrefix(&name, "--")) {
      return absl::InvalidArgumentError(absl::StrCat("not an option: '", name, "'"));
    }
    absl::string_view value;
    const std::size_t equals = name.find('=');
    if (equals != absl::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    absl::Status status = ParseOne(name, value, options);
    if (!status.ok()) return status;
  }
  return options;
}

}  // namespace dino::simulator
