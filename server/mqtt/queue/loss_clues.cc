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

bool LossClues::Suspect(Clock::time_point now) {
  Answered(now);
  const bool refused = last_refusal_.has_value() &&
                       last_refusal_->at + SuspectTopics::kRefusedBefore >= now &&
                       !suspects_->SurvivesRefusals(last_refusal_->reason_code, now);
  if (refused) {
    suspects_->Suspect(last_refusal_->topic_hash, now);
    if (!IsBusy(last_refusal_->reason_code)) return false;
  }
  AcquitOlder(now);
  for (const auto& [topic_hash, at] : written_) suspects_->Suspect(topic_hash, now);
  return true;
}

void LossClues::Forget() {
  last_refusal_.reset();
  refusal_.reset();
  written_.clear();
}

}  // namespace dino::mqtt
