#ifndef DINO_SERVER_MQTT_SESSION_TRIAL_H_
#define DINO_SERVER_MQTT_SESSION_TRIAL_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "server/base/clock.h"
#include "server/mqtt/queue/work.h"

namespace dino::mqtt {

// How far a home is that tries a broker which was left, with the publications for one topic, while
// its users are away.
//
// Not thread-safe.
class Trial {
 public:
  // It is to be tried, with the next publication that will do.
  bool wanted() const { return stage_ == Stage::kWanted; }
  // With what; none if that is not chosen yet. It does not go to standbys.
  const std::optional<TopicKey>& topic() const { return topic_; }
  // Nothing for the topic is open elsewhere, and what was has settled.
  bool may_send() const { return stage_ == Stage::kSending; }
  // The broker is not tried any more. What is left for the topic goes to the standbys, and then it
  // is done.
  bool over() const { return stage_ == Stage::kOver; }

  // The connection can be used to try the broker, to do more, or not at all.
  void Begin() {
    possible_ = true;
    if (stage_ == Stage::kNone) stage_ = Stage::kWanted;
  }
  void Succeed() {
    possible_ = false;
    if (stage_ == Stage::kWanted) stage_ = Stage::kNone;
  }
  void Fail() {
    possible_ = false;
    if (stage_ != Stage::kNone) stage_ = topic_.has_value() ? Stage::kOver : Stage::kNone;
  }

  // The users leave their standbys, and with them what has not been sent; or have gone to others.
  void Interrupt() {
    if (stage_ != Stage::kSending) End();
  }
  void Resume() {
    if (stage_ == Stage::kNone && possible_) stage_ = Stage::kWanted;
  }

  // How long the publications for a topic may wait until they are sent, or go to the standby.
  static constexpr std::chrono::seconds kLongestWait{1};

  // False for a topic that was chosen last and did not get free; the next time it will do.
  bool Choose(const TopicKey& topic, Clock::time_point now) {
    if (std::exchange(passed_over_, std::nullopt) == topic.hash) return false;
    topic_ = topic;
    ++number_;
    stage_ = Stage::kAsking;
    next_at_ = now;
    ask_until_ = now + kLongestWait;
    return true;
  }
  // True if the standby is to be asked now whether something for the topic is open there.
  bool TakeQuestion(Clock::time_point now) {
    if (stage_ != Stage::kAsking || now < next_at_) return false;
    if (now >= ask_until_) {
      stage_ = Stage::kOver;
      passed_over_ = topic_->hash;
      return false;
    }
    next_at_ = now + kAskAgain;
    return true;
  }
  // Which trial of this home it is.
  std::uint64_t number() const { return number_; }
  // Nothing is. In that trial the broker may be tried from that time on.
  void Clear(std::uint64_t number, Clock::time_point send_at) {
    if (stage_ != Stage::kAsking || number != number_) return;
    stage_ = Stage::kSettling;
    next_at_ = send_at;
  }
  void Advance(Clock::time_point now) {
    if (stage_ == Stage::kSettling && now >= next_at_) stage_ = Stage::kSending;
  }
  // What was left has gone. Another topic may be chosen, if the connection can still be used.
  void End() {
    topic_.reset();
    stage_ = Stage::kNone;
  }

  // When there is something to ask or to send.
  Clock::time_point NextTimer() const {
    const bool waits = stage_ == Stage::kAsking || stage_ == Stage::kSettling;
    return waits ? next_at_ : Clock::time_point::max();
  }

 private:
  enum class Stage { kNone, kWanted, kAsking, kSettling, kSending, kOver };

  static constexpr std::chrono::milliseconds kAskAgain{50};

  bool possible_ = false;
  Stage stage_ = Stage::kNone;
  std::uint64_t number_ = 0;
  std::optional<TopicKey> topic_;
  std::optional<std::uint64_t> passed_over_;
  Clock::time_point next_at_;
  Clock::time_point ask_until_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_TRIAL_H_
