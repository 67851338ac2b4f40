#include "server/fanout/direct_publisher.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "server/base/clock.h"
#include "server/fanout/event_id.h"
#include "server/fanout/traced_batch.h"

namespace dino::fanout {
namespace {

// The memory of a pending recipient beside its ID or name: its place in the order, its outcome.
constexpr std::size_t kBytesPerRecipient = sizeof(std::uint32_t) + sizeof(mqtt::PublicationOutcome);

void AnswerFromEarlier(const Event& event, const std::string& event_id,
                       const EventPublisher::DoneFunction& done) {
  const std::vector<mqtt::PublicationOutcome> outcomes = event.earlier->All({});
  CallResult result{event_id, event.recipients, outcomes, {}, /*replayed=*/true};
  result.summary.acknowledged_count = event.earlier->count();
  result.summary.no_subscriber_count = event.earlier->no_subscriber_count();
  done(result);
}

}  // namespace

DirectPublisher::DirectPublisher(mqtt::Publisher& publisher, TopicTemplate topic_template,
                                 const FanoutOptions& options)
    : publisher_(publisher),
      topic_template_(std::move(topic_template)),
      options_(options),
      admission_(options.max_pending_publications, options.max_pending_bytes),
      meter_(options.kinds) {}

std::variant<Admission::Ticket, Refusal> DirectPublisher::Admit(const Event& event) {
  if (!publisher_.connected()) return Refusal::kUnreachable;
  const std::size_t recipient_bytes =
      event.recipients.bytes() + event.recipients.size() * kBytesPerRecipient;
  std::optional<Admission::Ticket> ticket = admission_.TryAdmit(
      event.missing_count(), event.content_bytes + recipient_bytes, event.owner);
  if (!ticket.has_value()) return Refusal::kOverloaded;
  return std::move(*ticket);
}

std::optional<Refusal> DirectPublisher::WouldRefuse(const Event& event) {
  if (event.missing_count() == 0) return std::nullopt;
  // The room is released at once.
  const auto admitted = Admit(event);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return *refusal;
  return std::nullopt;
}

mqtt::PublishOptions DirectPublisher::OptionsOf(Event& event, const std::string& event_id) const {
  mqtt::PublishOptions options;
  options.qos = event.qos;
  options.content_type = "application/json";
  options.user_properties = {{"event_id", event_id}, {"event_type", event.type}};
  if (!event.traceparent.empty()) {
    options.user_properties.emplace_back("traceparent", std::move(event.traceparent));
  }
  std::move(event.user_properties.begin(), event.user_properties.end(),
            std::back_inserter(options.user_properties));
  options.expires_at = event.accepted_at + event.expiry.value_or(options_.default_expiry);
  // An expired event is not worth sending.
  options.deadline = std::min(event.deadline, options.expires_at);
  options.lane = event.lane;
  return options;
}

std::shared_ptr<PublishedEvent> DirectPublisher::Publish(Event event, DoneFunction done) {
  if (!event.id.has_value()) event.id = RandomEventId();
  std::string event_id = TextOf(*event.id);
  if (event.earlier.has_value()) meter_.Resumed(event.earlier->count());
  if (event.missing_count() == 0) {
    AnswerFromEarlier(event, event_id, done);
    return nullptr;
  }
  auto admitted = Admit(event);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) {
    done(*refusal);
    return nullptr;
  }
  mqtt::PublishOptions options = OptionsOf(event, event_id);
  meter_.Began(event.missing_count());
  if (event.traced) {
    return PublishTraced(std::move(event_id), std::move(event), std::move(options),
                         std::get<Admission::Ticket>(std::move(admitted)), std::move(done));
  }
  auto count_and_end = [this, kind = event.kind, done = std::move(done)](const EventBatch& ended) {
    meter_.Ended(kind, ended.outcomes(), ended.earlier());
    ended.WithResult([&done](const CallResult& result) { done(result); });
  };
  auto batch = std::make_shared<EventBatch>(
      std::move(event_id), std::move(event), std::move(options), topic_template_,
      *publisher_.routes(), std::get<Admission::Ticket>(std::move(admitted)),
      std::move(count_and_end));
  publisher_.Publish(batch);
  return batch;
}

std::shared_ptr<PublishedEvent> DirectPublisher::PublishTraced(std::string event_id, Event event,
                                                               mqtt::PublishOptions options,
                                                               Admission::Ticket ticket,
                                                               DoneFunction done) {
  auto on_ended = [this, kind = event.kind, done = std::move(done)](const EventBatch& ended) {
    meter_.Ended(kind, ended.outcomes(), ended.earlier());
    const std::vector<BrokerShare> shares =
        static_cast<const TracedBatch&>(ended).Shares(publisher_);
    ended.WithResult([&](const CallResult& result) {
      CallResult with_shares = result;
      with_shares.shares = shares;
      done(with_shares);
    });
  };
  auto batch = std::make_shared<TracedBatch>(
      std::move(event_id), std::move(event), std::move(options), topic_template_,
      *publisher_.routes(), std::move(ticket), std::move(on_ended));
  publisher_.Publish(batch);
  return batch;
}

void DirectPublisher::Stop(const std::shared_ptr<PublishedEvent>& event) {
  if (event != nullptr) publisher_.Stop(std::static_pointer_cast<EventBatch>(event));
}

}  // namespace dino::fanout
