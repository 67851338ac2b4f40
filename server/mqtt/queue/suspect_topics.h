#ifndef DINO_SERVER_MQTT_QUEUE_SUSPECT_TOPICS_H_
#define DINO_SERVER_MQTT_QUEUE_SUSPECT_TOPICS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"

namespace dino::mqtt {

// Remembers which topics a broker has closed connections on, so that a publication that it does not
// bear costs others at most two of theirs, however often it is repeated.
//
// After two losses a topic is confined: what is published to it goes out alone, on a connection
// that nobody else uses. If that is lost too, the topic stays confined for ten minutes from each
// loss or repetition; if its publication is acknowledged there, it was innocent.
//
// One for each broker, and one for what all of them have in common: what one broker refuses and
// closes on is as likely to cost the next one connections. A verdict holds at its broker only, so
// that a bad broker confines nobody elsewhere. Topics are known by their hashes. Thread-safe.
class SuspectTopics {
 public:
  // `everywhere`: the one of all brokers; none if there is but this.
  explicit SuspectTopics(std::shared_ptr<SuspectTopics> everywhere = nullptr)
      : everywhere_(std::move(everywhere)) {}

  // A connection was lost while a publication for the topic was in flight.
  void Suspect(std::uint64_t topic_hash, Clock::time_point now);
  // A connection was lost just after the broker had refused a publication for the topic.
  void Blame(std::uint64_t topic_hash, Clock::time_point now);
  // The connection that it had for itself was lost too.
  void Convict(std::uint64_t topic_hash, Clock::time_point now);
  // A publication that had been in flight at a loss was acknowledged.
  void Acquit(std::uint64_t topic_hash);

  // The broker refused a publication with this code, and the connection outlived it.
  void SurvivedRefusal(std::uint8_t reason_code, Clock::time_point refused_at);
  // True if it has done so lately: then a refusal with this code does not explain the end of a
  // connection.
  bool SurvivesRefusals(std::uint8_t reason_code, Clock::time_point now) const;

  // True if what is published to the topic must go out alone; counts as a repetition.
  bool IsConfined(std::uint64_t topic_hash, Clock::time_point now) {
    const bool here = count_.load(std::memory_order_relaxed) > 0 && LookUp(topic_hash, now);
    return here || (everywhere_ != nullptr && everywhere_->IsConfined(topic_hash, now));
  }

  // How many topics are confined that this broker has closed connections on.
  std::size_t confined_count(Clock::time_point now) const;

  // How long before the end of its connection a refusal may have come that is the reason for it.
  static constexpr std::chrono::milliseconds kRefusedBefore{100};
  // How long a connection lives after a refusal that it outlives, however slow the machine is.
  static constexpr std::chrono::seconds kOutlived{1};
  static constexpr std::chrono::minutes kMemory{10};
  static constexpr std::size_t kMaxTopics = 1000;
  // Before a topic, or a publication that has moved to another broker, is confined.
  static constexpr int kMostLosses = 2;

 private:
  struct Record {
    int losses = 0;
    bool convicted = false;
    Clock::time_point until;
  };

  static bool Confines(const Record& record, Clock::time_point now) {
    return record.losses >= kMostLosses && record.until > now;
  }
  bool LookUp(std::uint64_t topic_hash, Clock::time_point now);
  // The same, but counts as nothing.
  bool Knows(std::uint64_t topic_hash, Clock::time_point now) const;
  // The topic's record, renewed; makes room for a new one.
  Record& Renew(std::uint64_t topic_hash, Clock::time_point now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeRoom(Clock::time_point now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<SuspectTopics> everywhere_;
  // Held before that of `everywhere_`.
  mutable Mutex mutex_;
  // When it last did, by reason code; the beginning of time for never.
  std::array<Clock::time_point, 256> survived_ ABSL_GUARDED_BY(mutex_){};
  absl::flat_hash_map<std::uint64_t, Record> topics_ ABSL_GUARDED_BY(mutex_);
  // Their number, for a look without the mutex.
  std::atomic<std::size_t> count_{0};
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_QUEUE_SUSPECT_TOPICS_H_
