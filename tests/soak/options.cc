#include "tests/soak/options.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace dino::soak {
namespace {

bool ParseLength(const std::string& text, std::chrono::milliseconds& length) {
  absl::Duration parsed;
  if (!absl::ParseDuration(text, &parsed) || parsed < absl::ZeroDuration()) return false;
  length = absl::ToChronoMilliseconds(parsed);
  return length < std::chrono::hours(1000);
}

bool Set(const std::string& name, const std::string& value, Options& options) {
  if (name == "seed") return absl::SimpleAtoi(value, &options.seed);
  if (name == "duration") return ParseLength(value, options.duration);
  if (name == "faults-per-minute") {
    return absl::SimpleAtod(value, &options.faults_per_minute) && options.faults_per_minute > 0;
  }
  if (name == "faults") return absl::SimpleAtoi(value, &options.faults);
  if (name == "callers") {
    return absl::SimpleAtoi(value, &options.callers) && options.callers > 0 &&
           options.callers <= 1000;
  }
  if (name == "replicas") {
    return absl::SimpleAtoi(value, &options.replicas) && options.replicas > 0 &&
           options.replicas <= 10;
  }
  if (name == "publications") return absl::SimpleAtoi(value, &options.publications);
  if (name == "pause") return ParseLength(value, options.pause);
  if (name == "bridge") options.bridge = value;
  if (name == "log") options.log_file = value;
  return name == "bridge" || name == "log";
}

}  // namespace

absl::StatusOr<Options> ParseOptions(const std::vector<std::string>& arguments,
                                     const std::string& bridge) {
  Options options;
  options.bridge = bridge;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help") {
      options.help = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const bool apart = equals == std::string::npos;
    if (name.rfind("--", 0) != 0 || (apart && i + 1 == arguments.size())) {
      return absl::InvalidArgumentError(absl::StrCat("not an option with a value: ", argument));
    }
    const std::string value = apart ? arguments[++i] : argument.substr(equals + 1);
    if (!Set(name.substr(2), value, options)) {
      return absl::InvalidArgumentError(absl::StrCat("bad option: ", name, "=", value));
    }
  }
  return options;
}

std::string Usage() {
  return "usage: soak [--option=value ...]\n"
         "\n"
         "Runs callers, the bridge, a real mosquitto and a subscriber, injects faults one\n"
         "after the other, and checks that nothing was lost, swapped, or answered late.\n"
         "Prints a table; the exit status is 0 only if everything held.\n"
         "\n"
         "  --seed N               the same faults for the same seed (1)\n"
         "  --duration LENGTH      how long faults are injected, as 30s, 10m, 1h (1m)\n"
         "  --faults-per-minute N  at most; a fault waits for the recovery of the last (12)\n"
         "  --faults N             end after so many, however long that takes, instead of\n"
         "                         after the duration (0)\n"
         "  --callers N            small groups, beside one of 1000 recipients (8)\n"
         "  --replicas N           bridges; with several, each call goes to any of them, and what\n"
         "                         fails is repeated with its key and token (1)\n"
         "  --publications N       go on until so many were acknowledged, for at most three\n"
         "                         times the duration (0)\n"
         "  --pause LENGTH         between an answer and the caller's next call (5ms)\n"
         "  --bridge FILE          the server's program (the one built with this program)\n"
         "  --log FILE             where its log goes (/dev/null)\n";
}

}  // namespace dino::soak
