#include "server/api/delivery.h"

#include "server/mqtt/batch.h"

namespace dino::api {
namespace {

v1::Outcome OutcomeOf(mqtt::Outcome outcome) {
  switch (outcome) {
    case mqtt::Outcome::kAcknowledged:
      return v1::OUTCOME_ACKNOWLEDGED;
    case mqtt::Outcome::kNoSubscriber:
      return v1::OUTCOME_NO_SUBSCRIBER;
    case mqtt::Outcome::kRejected:
      return v1::OUTCOME_REJECTED;
    case mqtt::Outcome::kNotSent:
      return v1::OUTCOME_NOT_SENT;
    case mqtt::Outcome::kUnknown:
      return v1::OUTCOME_UNKNOWN;
    case mqtt::Outcome::kPending:
      break;
  }
  return v1::OUTCOME_UNSPECIFIED;
}

bool IsListed(const mqtt::PublicationOutcome& outcome, v1::ResultDetail detail) {
  return detail == v1::RESULT_DETAIL_ALL ||
         (detail == v1::RESULT_DETAIL_EXCEPTIONS &&
          OutcomeOf(outcome.outcome) != v1::OUTCOME_ACKNOWLEDGED);
}

}  // namespace

void WriteResult(const fanout::CallResult& call_result, std::size_t index,
                 v1::RecipientResult& result) {
  const mqtt::PublicationOutcome& outcome = call_result.outcomes[index];
  if (call_result.recipients.are_topics()) {
    result.set_topic(call_result.recipients.topics()[index]);
  } else {
    result.set_user_id(call_result.recipients.user_ids()[index]);
  }
  result.set_outcome(OutcomeOf(outcome.outcome));
  result.set_reason_code(outcome.reason_code);
}

void WriteDelivery(const fanout::CallResult& call_result, v1::ResultDetail detail,
                   v1::Delivery& delivery) {
  delivery.set_event_id(call_result.event_id);
  delivery.set_recipient_count(static_cast<std::uint32_t>(call_result.recipients.size()));
  delivery.set_acknowledged_count(call_result.summary.acknowledged_count);
  delivery.set_no_subscriber_count(call_result.summary.no_subscriber_count);
  delivery.set_replayed(call_result.replayed);
  if (call_result.outcomes_forgotten && detail > v1::RESULT_DETAIL_COUNTS) {
    delivery.set_results_omitted(true);
    return;
  }
  for (std::size_t i = 0; i < call_result.recipients.size(); ++i) {
    if (!IsListed(call_result.outcomes[i], detail)) continue;
    WriteResult(call_result, i, *delivery.add_results());
  }
}

}  // namespace dino::api
