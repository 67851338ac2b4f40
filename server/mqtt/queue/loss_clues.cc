#include "server/mqtt/queue/loss_clues.h"

#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

void LossClues::Refused(std::uint64_t topic_hash, std::uint8_t reason_code, Clock::time_point now) {
  Answered(now);
  last_refusal_ = {topic_hash, reason_code, now};
  if (!refusal_.has_value()) refusal_ = last_refusal_;
}

void LossClues::Survive() {
  suspects_->SurvivedRefusal(refusal_->reason_code, refusal_->at);
  refusal_.reset();
}

void LossClues::Written(std::uint64_t topic_hash, Clock::time_point now) {
  AcquitOlder(now);
  if (written_.size() == kMostWritten) written_.pop_front();
  written_.emplace_back(topic_hash, now);
}

void LossClues::AcquitOlder(Clock::time_point now) {
  while (!written_.empty() && written_.front().second + SuspectTopics::kRefusedBefore < now) {
    suspects_->Acquit(written_.front().first);
    written_.pop_front();
  }
}

LossClues::Verdict LossClues::Suspect(Clock::time_point now) {
  Answered(now);
  AcquitOlder(now);
  Verdict verdict;
  if (last_refusal_.has_value() && last_refusal_->at + SuspectTopics::kRefusedBefore >= now) {
    const std::uint8_t code = last_refusal_->reason_code;
    verdict.refused_topic = last_refusal_->topic_hash;
    verdict.in_flight_is_suspect = IsBusy(code) || suspects_->SurvivesRefusals(code, now);
    suspects_->Blame(*verdict.refused_topic, now);
  }
  if (!verdict.in_flight_is_suspect) return verdict;
  for (const auto& [topic_hash, at] : written_) suspects_->Suspect(topic_hash, now);
  return verdict;
}

void LossClues::Forget() {
  last_refusal_.reset();
  refusal_.reset();
  written_.clear();
}

}  // namespace dino::mqtt
