#include "server/api/event_draft.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "server/event/options.h"

namespace dino::api {

void SetRecipients(event::Recipients recipients, fanout::Event& event) {
  if (recipients.topics.empty()) {
    event.recipients = std::move(recipients.user_ids);
  } else {
    event.recipients = fanout::Recipients::OfTopics(std::move(recipients.topics));
  }
  if (!recipients.overlays.empty()) {
    event.overlays = std::make_shared<const fanout::Overlays>(std::move(recipients.overlays));
  }
}

std::size_t OverlayBytes(const fanout::Event& event) {
  std::size_t bytes = 0;
  if (event.overlays == nullptr) return bytes;
  for (const auto& [user, json] : *event.overlays) bytes += json.size();
  return bytes;
}

std::size_t AnswerBytes(const EventDraft& draft) {
  // Of a recipient's result while it is written.
  constexpr std::size_t kBytesPerResult = 48;
  if (draft.result_detail <= v1::RESULT_DETAIL_COUNTS) return 0;
  const fanout::Recipients& recipients = draft.event.recipients;
  std::size_t bytes = recipients.size() * kBytesPerResult;
  if (!recipients.are_topics()) return bytes;
  for (const std::string& topic : recipients.topics()) bytes += 2 * topic.size();
  return bytes;
}

void SetOptions(const v1::PublishOptions& options, EventDraft& draft) {
  draft.event.qos =
      options.qos() == v1::QOS_AT_MOST_ONCE ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
  if (options.has_expiry()) {
    draft.event.expiry = std::chrono::seconds(event::ExpirySeconds(options.expiry()));
  }
  draft.event.user_properties = event::UserPropertiesOf(options);
  draft.idempotency_key = options.idempotency_key();
  draft.resume_token = options.resume_token();
  draft.result_detail = options.result_detail();
  draft.validate_only = options.validate_only();
}

}  // namespace dino::api
