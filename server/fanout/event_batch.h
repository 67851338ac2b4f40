#ifndef DINO_SERVER_FANOUT_EVENT_BATCH_H_
#define DINO_SERVER_FANOUT_EVENT_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/fanout/admission.h"
#include "server/fanout/topic_template.h"
#include "server/mqtt/batch.h"

namespace dino::fanout {

// Why an event did not reach every recipient; if for several reasons, the one that the
// caller should act on first.
enum class Failure {
  kNone,
  kRefused,        // The broker answered with a failure code that repeating does not cure.
  kNotAuthorized,  // The broker's access rules forbid a topic.
  kBusy,           // The broker was busy or a quota was used up.
  kUnreachable,    // A session was not connected when time was up.
  kTimeUp,         // The deadline passed, or the call was stopped, before the last answer.
};

// How an event ended.
struct DeliveryReport {
  Failure failure = Failure::kNone;
  // The broker's code that made the failure; 0 if none did.
  std::uint8_t reason_code = 0;
  std::uint32_t acknowledged_count = 0;
  std::uint32_t no_subscriber_count = 0;
};

// One event on its way to its recipients: the batch that fan-out hands to a publisher.
class EventBatch : public mqtt::Batch {
 public:
  using DoneFunction = std::function<void(const EventBatch&)>;

  // `recipients` are distinct. `done` is called once, when the last recipient is settled, on
  // the thread that settled it; the batch may be gone once it has returned.
  EventBatch(std::string event_id, std::string json, mqtt::PublishOptions options,
             std::vector<std::int64_t> recipients, const TopicTemplate& topic_template,
             std::size_t session_count, Admission::Ticket ticket, DoneFunction done);

  const std::string& event_id() const { return event_id_; }
  // In the order of the request.
  const std::vector<std::int64_t>& recipients() const { return recipients_; }

  // How each recipient ended, in the same order. Only from `done` on.
  const std::vector<mqtt::Settlement>& settlements() const { return settlements_; }
  // The same in numbers. Only from `done` on.
  DeliveryReport Report() const;

  void WriteTopic(std::uint32_t position, std::string& topic) const override;
  void Settle(std::uint32_t position, mqtt::Settlement settlement) override;

 protected:
  void Ended() override;

 private:
  void SplitBySession(std::size_t session_count);

  const std::string event_id_;
  const std::vector<std::int64_t> recipients_;
  const TopicTemplate& topic_template_;
  // Indexes of `recipients_`, those of one session together.
  std::vector<std::uint32_t> order_;
  // By index of `recipients_`. Each is written by its session's loop only.
  std::vector<mqtt::Settlement> settlements_;
  Admission::Ticket ticket_;
  const DoneFunction done_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_BATCH_H_
