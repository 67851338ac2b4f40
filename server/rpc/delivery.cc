#include "server/rpc/delivery.h"

#include "server/mqtt/reason_code.h"

namespace dino::rpc {
namespace {

v1::Outcome OutcomeOf(const mqtt::Settlement& settlement) {
  switch (settlement.outcome) {
    case mqtt::Outcome::kAcknowledged:
      return settlement.reason_code == mqtt::kNoMatchingSubscribers ? v1::OUTCOME_NO_SUBSCRIBER
                                                                    : v1::OUTCOME_ACKNOWLEDGED;
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

bool IsListed(const mqtt::Settlement& settlement, v1::ResultDetail detail) {
  return detail == v1::RESULT_DETAIL_ALL || (detail == v1::RESULT_DETAIL_EXCEPTIONS &&
                                             OutcomeOf(settlement) != v1::OUTCOME_ACKNOWLEDGED);
}

}  // namespace

void WriteResult(const fanout::EventBatch& batch, std::size_t index, v1::RecipientResult& result) {
  const mqtt::Settlement& settlement = batch.settlements()[index];
  result.set_user_id(batch.recipients()[index]);
  result.set_outcome(OutcomeOf(settlement));
  result.set_reason_code(settlement.reason_code);
}

void WriteDelivery(const fanout::EventBatch& batch, const fanout::DeliveryReport& report,
                   v1::ResultDetail detail, v1::Delivery& delivery) {
  delivery.set_event_id(batch.event_id());
  delivery.set_recipient_count(static_cast<std::uint32_t>(batch.recipients().size()));
  delivery.set_acknowledged_count(report.acknowledged_count);
  delivery.set_no_subscriber_count(report.no_subscriber_count);
  for (std::size_t i = 0; i < batch.recipients().size(); ++i) {
    if (IsListed(batch.settlements()[i], detail)) {
      WriteResult(batch, i, *delivery.add_results());
    }
  }
}

}  // namespace dino::rpc
