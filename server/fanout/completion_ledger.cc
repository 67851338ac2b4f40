#include "server/fanout/completion_ledger.h"

#include <utility>

namespace dino::fanout {

CompletionRecord* CompletionLedger::Find(std::string_view key, Clock::time_point now) {
  while (!finished_.empty() && finished_.front().forget_at <= now) ForgetFirst();
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &*found->second;
}

CompletionRecord& CompletionLedger::Add(std::string_view key, const Fingerprint& fingerprint,
                                        std::uint32_t recipient_count,
                                        std::shared_ptr<KeyedRun> run) {
  if (index_.size() >= max_records_) ForgetFirst();
  running_.push_back({std::string(key), fingerprint, Acknowledgements(recipient_count),
                      std::move(run), Clock::time_point()});
  const auto place = std::prev(running_.end());
  index_.emplace(place->key, place);
  return *place;
}

void CompletionLedger::Restart(CompletionRecord& record, std::shared_ptr<KeyedRun> run) {
  record.run = std::move(run);
  running_.splice(running_.end(), finished_, PlaceOf(record));
}

void CompletionLedger::Finish(CompletionRecord& record, Clock::time_point now) {
  record.run.reset();
  record.forget_at = now + window_;
  finished_.splice(finished_.end(), running_, PlaceOf(record));
}

void CompletionLedger::Renew(CompletionRecord& record, Clock::time_point now) {
  record.forget_at = now + window_;
  finished_.splice(finished_.end(), finished_, PlaceOf(record));
}

void CompletionLedger::ForgetFirst() {
  index_.erase(finished_.front().key);
  finished_.pop_front();
}

CompletionLedger::Records::iterator CompletionLedger::PlaceOf(
    const CompletionRecord& record) const {
  return index_.find(record.key)->second;
}

}  // namespace dino::fanout
