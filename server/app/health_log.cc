#include "server/app/health_log.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "server/health/health.h"
#include "server/log/log.h"

namespace dino::app {
namespace {

// Whether those who notice a problem first log its beginning and its end themselves.
bool HasOwnLines(std::string_view kind) {
  using health::ProblemKind;
  constexpr std::array kKinds = {ProblemKind::kDraining,
                                 ProblemKind::kNoBroker,
                                 ProblemKind::kBrokerLost,
                                 ProblemKind::kBrokerLeft,
                                 ProblemKind::kSessionsMissing,
                                 ProblemKind::kConnectionsRefused,
                                 ProblemKind::kKeyFileBroken,
                                 ProblemKind::kTlsFilesBroken,
                                 ProblemKind::kRevocationListsUnreadable};
  return std::any_of(kKinds.begin(), kKinds.end(),
                     [kind](ProblemKind own) { return NameOf(own) == kind; });
}

void Write(log::Level level, const health::Change& change) {
  const std::initializer_list<log::Field> fields = {{"verdict", NameOf(change.verdict)},
                                                    {"kind", change.kind},
                                                    {"subject", change.subject},
                                                    {"text", change.text}};
  log::Write(level, "state changed", fields);
}

}  // namespace

void HealthLog::OnChange(const health::Change& change, Clock::time_point now) {
  if (HasOwnLines(change.kind)) return;
  if (!change.kind.empty()) {
    State& state = states_[{std::string(change.kind), change.subject}];
    state.again = change.verdict == state.last.verdict;
    state.last = change;
    state.changed_at = now;
  } else if (change.verdict == health::Verdict::kGood) {
    // Seldom: names are looked up twice a minute. Losses are the session log's.
    Write(log::Level::kInfo, change);
  }
}

void HealthLog::Look(Clock::time_point now) {
  using Line = log::StatePace::Line;
  for (auto it = states_.begin(); it != states_.end();) {
    State& state = it->second;
    const Line line = state.pace.Look(static_cast<int>(state.last.verdict), now, state.again);
    if (line == Line::kBegan) {
      Write(log::Level::kWarning, state.last);
      state.again = false;
    }
    if (line == Line::kEnded) Write(log::Level::kInfo, state.last);
    // Until then its lines may count.
    const bool over = !state.pace.open() && state.last.verdict == health::Verdict::kGood &&
                      now - state.changed_at > 2 * log::StatePace::kPeriod;
    it = over ? states_.erase(it) : std::next(it);
  }
}

}  // namespace dino::app
