#include "server/fanout/fanout.h"

#include <algorithm>
#include <utility>

#include "server/base/clock.h"
#include "server/fanout/event_id.h"

namespace dino::fanout {
namespace {

// The memory of a pending recipient: its ID, its place in the order, its outcome.
constexpr std::size_t kBytesPerRecipient =
    sizeof(std::int64_t) + sizeof(std::uint32_t) + sizeof(mqtt::PublicationOutcome);

}  // namespace

Fanout::Fanout(mqtt::Publisher& publisher, TopicTemplate topic_template,
               const FanoutOptions& options)
    : publisher_(publisher),
      topic_template_(std::move(topic_template)),
      options_(options),
      admission_(options.max_pending_publications, options.max_pending_bytes),
      meter_(options.kinds),
      keyed_calls_(*this, admission_, options.idempotency) {}

std::variant<Admission::Ticket, Refusal> Fanout::Admit(std::size_t recipients,
                                                       std::size_t request_bytes) {
  if (!publisher_.connected()) return Refusal::kUnreachable;
  std::optional<Admission::Ticket> ticket =
      admission_.TryAdmit(recipients, request_bytes + recipients * kBytesPerRecipient);
  if (!ticket.has_value()) return Refusal::kOverloaded;
  return std::move(*ticket);
}

std::optional<Refusal> Fanout::WouldRefuse(std::size_t recipients, std::size_t request_bytes) {
  // The room is released at once.
  const auto admitted = Admit(recipients, request_bytes);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return *refusal;
  return std::nullopt;
}

std::shared_ptr<EventBatch> Fanout::Publish(Admission::Ticket ticket, Event event,
                                            EventBatch::DoneFunction done) {
  const Clock::time_point expires_at =
      event.accepted_at + event.expiry.value_or(options_.default_expiry);
  std::string event_id = event.event_id.empty() ? RandomEventId() : std::move(event.event_id);
  mqtt::PublishOptions options;
  options.qos = event.qos;
  options.content_type = "application/json";
  options.user_properties = {{"event_id", event_id}, {"event_type", std::move(event.type)}};
  if (!event.traceparent.empty()) {
    options.user_properties.emplace_back("traceparent", std::move(event.traceparent));
  }
  options.expires_at = expires_at;
  // An expired event is not worth sending.
  options.deadline = std::min(event.deadline, expires_at);
  options.lane = event.lane;
  meter_.Began(event.recipients.size());
  auto count_and_end = [this, kind = event.kind, done = std::move(done)](const EventBatch& ended) {
    meter_.Ended(kind, ended.outcomes());
    done(ended);
  };
  auto batch = std::make_shared<EventBatch>(
      std::move(event_id), std::move(event.json), std::move(options), std::move(event.recipients),
      std::move(event.overlays), topic_template_, *publisher_.routes(), std::move(ticket),
      std::move(count_and_end));
  publisher_.Publish(batch);
  return batch;
}

}  // namespace dino::fanout
