#include "server/rpc/delivery.h"

#include "server/mqtt/batch.h"

namespace dino::rpc {
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

void WriteResult(const fanout::Ending& ending, std::size_t index, v1::RecipientResult& result) {
  const mqtt::PublicationOutcome& outcome = ending.outcomes[index];
  if (ending.recipients.are_topics()) {
    result.set_topic(ending.recipients.topics()[index]);
  } else {
    result.set_user_id(ending.recipients.user_ids()[index]);
  }
  result.set_outcome(OutcomeOf(outcome.outcome));
  result.set_reason_code(outcome.reason_code);
}

void WriteDelivery(const fanout::Ending& ending, v1::ResultDetail detail, v1::Delivery& delivery) {
  delivery.set_event_id(ending.event_id);
  delivery.set_recipient_count(static_cast<std::uint32_t>(ending.recipients.size()));
  delivery.set_acknowledged_count(ending.report.acknowledged_count);
  delivery.set_no_subscriber_count(ending.report.no_subscriber_count);
  delivery.set_replayed(ending.replayed);
  for (std::size_t i = 0; i < ending.recipients.size(); ++i) {
    if (IsListed(ending.outcomes[i], detail)) WriteResult(ending, i, *delivery.add_results());
  }
}

}  // namespace dino::rpc
