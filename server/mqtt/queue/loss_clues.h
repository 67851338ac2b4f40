#ifndef DINO_SERVER_MQTT_QUEUE_LOSS_CLUES_H_
#define DINO_SERVER_MQTT_QUEUE_LOSS_CLUES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "server/base/clock.h"
#include "server/mqtt/queue/suspect_topics.h"

namespace dino::mqtt {

// Answers which topics, beside those in flight, a broker may have closed a connection on.
//
// Some brokers refuse a publication and close: then a refusal just before the end explains it, and
// what was in flight does not, unless the refusal may have nothing to do with it: it says that the
// broker is busy, or the broker has given that code and gone on. With QoS 0 nothing is in flight:
// what was written just before the end may be the reason. What the connection outlives is innocent.
//
// Belongs to one connection's user; not thread-safe.
class LossClues {
 public:
  explicit LossClues(std::shared_ptr<SuspectTopics> suspects) : suspects_(std::move(suspects)) {}

  // The broker has refused a publication.
  void Refused(std::uint64_t topic_hash, std::uint8_t reason_code, Clock::time_point now);
  // It goes on answering.
  void Answered(Clock::time_point now) {
    if (refusal_.has_value() && now > refusal_->at + SuspectTopics::kOutlived) Survive();
  }
  // A publication with QoS 0 is in the socket.
  void Written(std::uint64_t topic_hash, Clock::time_point now);

  struct Verdict {
    // What was refused just before the end.
    std::optional<std::uint64_t> refused_topic;
    bool in_flight_is_suspect = true;
  };
  // The broker has closed the connection: suspects those topics.
  Verdict Suspect(Clock::time_point now);
  // There is another connection.
  void Forget();

 private:
  struct Refusal {
    std::uint64_t topic_hash = 0;
    std::uint8_t reason_code = 0;
    Clock::time_point at;
  };

  void Survive();
  void AcquitOlder(Clock::time_point now);

  // The poison among more than that many in so short a time is found at a later loss.
  static constexpr std::size_t kMostWritten = 64;

  const std::shared_ptr<SuspectTopics> suspects_;
  // The last one; and the first since the connection outlived one.
  std::optional<Refusal> last_refusal_;
  std::optional<Refusal> refusal_;
  // Topics and times, oldest first.
  std::deque<std::pair<std::uint64_t, Clock::time_point>> written_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_LOSS_CLUES_H_
