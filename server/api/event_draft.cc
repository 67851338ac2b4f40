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

void SetOptions(const v1::PublishOptions& options, EventDraft& draft) {
  draft.event.qos =
      options.qos() == v1::QOS_AT_MOST_ONCE ? mqtt::Qos::kAtMostOnce : mqtt::Qos::kAtLeastOnce;
  if (options.has_expiry()) {
    draft.event.expiry = std::chrono::seconds(event::ExpirySeconds(options.expiry()));
  }
  draft.idempotency_key = options.idempotency_key();
  draft.resume_token = options.resume_token();
  draft.result_detail = options.result_detail();
  draft.validate_only = options.validate_only();
}

}  // namespace dino::api
