#include "server/fanout/explanations.h"

#include <algorithm>

namespace dino::fanout {
namespace {

// A broker that gives each publication another code must not fill our memory.
constexpr std::size_t kMostCodes = 8;

}  // namespace

void Explanations::Add(const mqtt::Explanation& explanation) {
  const MutexLock lock(mutex_);
  if (entries_.size() == kMostCodes || Find(explanation.reason_code) != nullptr) return;
  entries_.push_back({explanation.reason_code, std::string(explanation.reason_string),
                      explanation.limit, explanation.actual});
}

void Explanations::Write(ResultSummary& summary) const {
  const MutexLock lock(mutex_);
  const Entry* const entry = Find(summary.reason_code);
  if (entry == nullptr) return;
  summary.reason_string = entry->reason_string;
  summary.limit = entry->limit;
  summary.actual = entry->actual;
}

const Explanations::Entry* Explanations::Find(std::uint8_t reason_code) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(),
                   [reason_code](const Entry& entry) { return entry.reason_code == reason_code; });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace dino::fanout
