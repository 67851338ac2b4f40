// How a home whose users are away tries the broker that they have left.
#include <algorithm>
#include <utility>

#include "server/mqtt/session/router.h"
#include "server/mqtt/session/work_splitter.h"

namespace dino::mqtt {

void Router::Try(Clock::time_point now) {
  Unusable(now, Urgency::kNow);
  trial_.Begin();
}

bool Router::ChooseForTrial(const Chunk& chunk) {
  const Clock::time_point now = Clock::now();
  const std::optional<TopicKey> topic = queue_.NextTopic(chunk, now);
  if (!topic.has_value() || !trial_.Choose(*topic, now)) return true;
  // It would be too late for one with little time; the user's next one is sent as soon as it comes.
  return chunk.batch->options().deadline > now + Trial::kLongestWait + options_.settle;
}

Work Router::KeepForTrial(Work work) {
  if (!trial_.topic().has_value()) return work;
  const auto is_its = [key = trial_.topic()->route_key](std::uint64_t other) {
    return other == key;
  };
  const auto has_its = [&is_its](const Chunk* chunk) { return HasUntaken(*chunk, is_its); };
  const auto is_deferred_its = [&is_its](const Deferred* deferred) {
    return is_its(deferred->chunk->batch->RouteKey(deferred->position));
  };
  if (std::none_of(work.chunks.begin(), work.chunks.end(), has_its) &&
      std::none_of(work.deferred.begin(), work.deferred.end(), is_deferred_its)) {
    return work;
  }
  auto parts = SplitWork(work, is_its);
  queue_.Adopt(parts[1]);
  return std::move(parts[0]);
}

void Router::AdvanceTrial(Clock::time_point now) {
  if (trial_.TakeQuestion(now)) {
    const TopicKey& topic = *trial_.topic();
    peers_.AskForOpen(standbys_.For(topic.route_key), self_, topic, trial_.number());
  }
  trial_.Advance(now);
  if (!trial_.over() || now < EndOfTrial()) return;
  trial_.End();
  ForwardWork(queue_.Take(self_).work);
  trial_.Resume();
}

Clock::time_point Router::EndOfTrial() const {
  // What is confined comes before what waits here.
  return queue_.confined() > 0 ? Clock::time_point::max() : SettledFor(standbys_);
}

void Router::Asked(std::uint32_t home, const TopicKey& topic, std::uint64_t trial) {
  peers_.TellOpen(home, self_, trial, queue_.HasOpen(home, topic));
}

void Router::Told(std::uint32_t standby, std::uint64_t trial, bool open) {
  if (open || place_ != Place::kAway) return;
  const Clock::time_point now = Clock::now();
  trial_.Clear(trial, peers_.SameBroker(self_, standby) ? now : now + options_.settle);
}

}  // namespace dino::mqtt
