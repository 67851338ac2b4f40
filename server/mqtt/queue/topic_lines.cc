#include "server/mqtt/queue/topic_lines.h"

namespace dino::mqtt {

bool TopicLines::TryTake(std::uint64_t topic_hash) {
  return lines_.try_emplace(topic_hash, nullptr).second;
}

void TopicLines::TakeAlso(std::uint64_t topic_hash) {
  const auto [entry, is_new] = lines_.try_emplace(topic_hash, nullptr);
  if (is_new) return;
  if (entry->second == nullptr) entry->second = std::make_unique<Line>();
  ++entry->second->holders;
}

void TopicLines::Wait(Deferred& deferred) {
  std::unique_ptr<Line>& line = lines_.find(deferred.topic_hash)->second;
  if (line == nullptr) line = std::make_unique<Line>();
  line->waiting.PushBack(deferred);
}

Deferred* TopicLines::Release(std::uint64_t topic_hash) {
  const auto entry = lines_.find(topic_hash);
  Line* const line = entry->second.get();
  if (line != nullptr && --line->holders > 0) return nullptr;
  Deferred* const next = line == nullptr ? nullptr : line->waiting.PopFront();
  if (next == nullptr) {
    lines_.erase(entry);
  } else {
    line->holders = 1;
  }
  return next;
}

void TopicLines::TakeWaiting(absl::FunctionRef<bool(const Deferred&)> chosen,
                             std::vector<Deferred*>& taken) {
  for (const auto& [topic_hash, line] : lines_) {
    if (line == nullptr) continue;
    Deferred* next = line->waiting.front();
    while (Deferred* const deferred = next) {
      next = deferred->next;
      if (!chosen(*deferred)) continue;
      line->waiting.Erase(*deferred);
      taken.push_back(deferred);
    }
  }
}

}  // namespace dino::mqtt
