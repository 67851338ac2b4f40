#ifndef DINO_SERVER_FANOUT_FANOUT_H_
#define DINO_SERVER_FANOUT_FANOUT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/fanout/admission.h"
#include "server/fanout/event.h"
#include "server/fanout/event_batch.h"
#include "server/fanout/keyed_calls.h"
#include "server/fanout/publication_meter.h"
#include "server/fanout/topic_template.h"
#include "server/mqtt/publisher.h"

namespace dino::fanout {

struct FanoutOptions {
  // For events without one.
  std::chrono::seconds default_expiry{86400};
  std::size_t max_pending_publications = 1000000;
  std::size_t max_pending_bytes = 268435456;
  IdempotencyOptions idempotency = {};
  // The kinds that publications are counted by; see `Event::kind`. Literals.
  std::vector<std::string_view> kinds = {"event"};
};

// Publishes one event to many topics: bounds pending work, splits the recipients by session and
// hands them to the publisher.
//
// Thread-safe. The publisher must outlive it, and it must outlive every batch that it started.
class Fanout {
 public:
  Fanout(mqtt::Publisher& publisher, TopicTemplate topic_template, const FanoutOptions& options);

  // Admits an event, or returns at once why not. `request_bytes` is the memory of the event beside
  // its recipients.
  std::variant<Admission::Ticket, Refusal> Admit(std::size_t recipients, std::size_t request_bytes);

  // Why `Admit` would refuse such an event now; none if it would not.
  std::optional<Refusal> WouldRefuse(std::size_t recipients, std::size_t request_bytes);

  // Publishes an admitted event. `done` is called once, possibly before this returns, possibly on
  // another thread.
  std::shared_ptr<EventBatch> Publish(Admission::Ticket ticket, Event event,
                                      EventBatch::DoneFunction done);

  // Ends an event early; `done` follows soon. Does nothing if it has ended.
  void Stop(const std::shared_ptr<EventBatch>& batch) { publisher_.Stop(batch); }

  // Pending work, and its limits.
  const Admission& admission() const { return admission_; }
  const FanoutOptions& options() const { return options_; }
  // What has been published.
  const PublicationMeter& meter() const { return meter_; }

  // For events with an idempotency key.
  KeyedCalls& keyed_calls() { return keyed_calls_; }

 private:
  mqtt::Publisher& publisher_;
  const TopicTemplate topic_template_;
  const FanoutOptions options_;
  Admission admission_;
  PublicationMeter meter_;
  // Last: it uses the others.
  KeyedCalls keyed_calls_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_FANOUT_H_
