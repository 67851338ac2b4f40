#ifndef DINO_SERVER_FANOUT_EVENT_BATCH_H_
#define DINO_SERVER_FANOUT_EVENT_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/fanout/admission.h"
#include "server/fanout/call_result.h"
#include "server/fanout/event.h"
#include "server/fanout/event_publisher.h"
#include "server/fanout/explanations.h"
#include "server/fanout/topic_template.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/publisher.h"

namespace dino::fanout {

// One event on its way to its recipients: the batch that fan-out hands to a publisher. It has a
// publication for each recipient that earlier attempts have not reached.
class EventBatch : public mqtt::Batch, public PublishedEvent {
 public:
  using DoneFunction = std::function<void(const EventBatch&)>;

  // `options` apply to all publications. `done` is called once, on the thread that settles the last
  // recipient; the batch may be gone when it returns.
  //
  // REQUIRES: event.id.has_value(), and `event_id` is its text; event.missing_count() > 0.
  EventBatch(std::string event_id, Event event, mqtt::PublishOptions options,
             const TopicTemplate& topic_template, const mqtt::Routes& routes,
             Admission::Ticket ticket, DoneFunction done);

  const Recipients& recipients() const { return recipients_; }
  // Those to whom nothing is published; null for none.
  const Acknowledgements* earlier() const { return earlier_.has_value() ? &*earlier_ : nullptr; }

  // All from `done` on:
  //
  // The outcome of each recipient, in the same order, earlier attempts included.
  const std::vector<mqtt::PublicationOutcome>& outcomes() const { return outcomes_; }
  // The same in numbers.
  ResultSummary Summary() const;
  // All that there is to say of it. The result is valid while `use` runs.
  void WithResult(absl::FunctionRef<void(const CallResult&)> use) const;

  void WriteTopic(std::uint32_t position, std::string& topic) const override;
  std::string_view PayloadOf(std::uint32_t position, std::string& scratch) const override;
  std::uint64_t RouteKey(std::uint32_t position) const override;
  void Group(std::uint32_t first, std::uint32_t count,
             absl::FunctionRef<std::uint32_t(std::uint64_t)> group_of) override;
  void Explain(std::uint32_t position, const mqtt::Explanation& explanation) override;
  void Settle(const mqtt::Chunk& chunk, std::uint32_t position,
              mqtt::PublicationOutcome outcome) override;

 protected:
  void AllTakenUp() override {
    if (taken_up_ != nullptr) taken_up_();
  }
  void Ended() override;

 private:
  void SplitBySession(const mqtt::Routes& routes);

  const EventId id_;
  const std::string event_id_;
  const std::string type_;
  const Recipients recipients_;
  const std::optional<Acknowledgements> earlier_;
  const std::shared_ptr<const Overlays> overlays_;
  const TopicTemplate& topic_template_;
  // Indexes of those in `recipients_` to whom it is published, grouped by session.
  std::vector<std::uint32_t> order_;
  // By index of `recipients_`. Each is written by its session's loop only.
  std::vector<mqtt::PublicationOutcome> outcomes_;
  Explanations explanations_;
  Admission::Ticket ticket_;
  const std::function<void()> taken_up_;
  const DoneFunction done_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_EVENT_BATCH_H_
