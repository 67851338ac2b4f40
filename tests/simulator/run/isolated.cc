#include "tests/simulator/run/isolated.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "tests/simulator/run/items.h"

namespace dino::simulator {
namespace {

// A run takes milliseconds.
constexpr unsigned kLongestRunSeconds = 60;
constexpr char kNoViolation[] = "-";

std::string Encode(const RunResult& result) {
  const bool violated = result.violation.has_value();
  std::string text = absl::StrCat(
      result.acknowledged, "\n", result.faults, "\n", result.simulated.count(), "\n",
      violated ? absl::StrCat(static_cast<int>(result.violation->invariant)) : kNoViolation, "\n",
      violated ? result.violation->text : "");
  for (const std::string& line : result.history) absl::StrAppend(&text, "\n", line);
  return text;
}

bool Decode(absl::string_view text, RunResult& result) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 5) return false;
  Duration::rep simulated = 0;
  if (!absl::SimpleAtoi(lines[0], &result.acknowledged) ||
      !absl::SimpleAtoi(lines[1], &result.faults) || !absl::SimpleAtoi(lines[2], &simulated)) {
    return false;
  }
  result.simulated = Duration(simulated);
  int invariant = 0;
  if (absl::SimpleAtoi(lines[3], &invariant)) {
    result.violation = Violation{static_cast<Invariant>(invariant), lines[4]};
  }
  result.history.assign(lines.begin() + 5, lines.end());
  return true;
}

void WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

[[noreturn]] void RunInChild(const Case& what, bool traced, int out) {
  alarm(kLongestRunSeconds);
  const Plan plan = PlanOf(what);
  auto world = std::make_unique<World>(plan, traced);
  const RunResult result = world->Run();
  WriteAll(out, Encode(result));
  // In the middle of a run there is too much open to take the world down.
  if (!result.violation.has_value()) world.reset();
  _exit(0);
}

std::ptrdiff_t Distance(std::size_t count) { return static_cast<std::ptrdiff_t>(count); }

Violation DeathOf(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const bool hung = signal == SIGALRM;
    return {Invariant::kAlive, hung ? "the run hangs" : absl::StrCat("ended by signal ", signal)};
  }
  return {Invariant::kAlive, absl::StrCat("ended with status ", WEXITSTATUS(status))};
}

}  // namespace

Plan PlanOf(const Case& what) {
  Plan plan = MakePlan(what.seed, what.scope);
  if (!what.only.empty()) KeepOnly(what.only, plan);
  return plan;
}

RunResult RunIsolated(const Case& what, bool traced) {
  RunResult result;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    result.violation = Violation{Invariant::kAlive, "no pipe"};
    return result;
  }
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    RunInChild(what, traced, ends[1]);
  }
  close(ends[1]);
  const std::string text = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  // What ends after its result may have ended wrongly all the same.
  const bool whole = Decode(text, result);
  if (!whole || status != 0) result.violation = DeathOf(status);
  return result;
}

Case Shrink(Case failing, Invariant invariant) {
  std::vector<std::string> needed = ItemNames(MakePlan(failing.seed, failing.scope));
  const auto fails_with = [&failing, invariant](const std::vector<std::string>& names) {
    const Case candidate{failing.seed, failing.scope, {names.begin(), names.end()}};
    const RunResult result = RunIsolated(candidate, /*traced=*/false);
    return result.violation.has_value() && result.violation->invariant == invariant;
  };
  // Twice: what was needed may not be any more without what went later.
  for (int round = 0; round < 2; ++round) {
    for (std::size_t size = (needed.size() + 1) / 2; size > 0; size /= 2) {
      for (std::size_t first = 0; first < needed.size();) {
        const std::size_t last = std::min(first + size, needed.size());
        std::vector<std::string> rest(needed.begin(), needed.begin() + Distance(first));
        rest.insert(rest.end(), needed.begin() + Distance(last), needed.end());
        if (!rest.empty() && fails_with(rest)) {
          needed = std::move(rest);
        } else {
          first = last;
        }
      }
    }
  }
  failing.only = {needed.begin(), needed.end()};
  return failing;
}

}  // namespace dino::simulator
