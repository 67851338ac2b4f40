#ifndef DINO_SERVER_FANOUT_COMPLETION_LEDGER_H_
#define DINO_SERVER_FANOUT_COMPLETION_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "server/base/clock.h"
#include "server/fanout/acknowledgements.h"
#include "server/fanout/fingerprint.h"

namespace dino::fanout {

struct KeyedRun;

// What is remembered of an event with an idempotency key.
struct CompletionRecord {
  const std::string key;
  const Fingerprint fingerprint;
  Acknowledgements acknowledgements;
  // The run in progress; null when the record is finished.
  std::shared_ptr<KeyedRun> run;
  // When a finished record is forgotten.
  Clock::time_point forget_at;
};

// Remembers the progress of events by idempotency key, so that repeated calls can complete them.
//
// Bounded in number and in time: a record is forgotten one window after its last call ended, or
// earlier to make room for a new one, the first to finish first. A running record is never
// forgotten. A record with a key of 36 bytes takes about 240 bytes, plus a quarter byte per
// recipient if there are more than 64, unless all were acknowledged with the same outcome.
//
// Not thread-safe. Records do not move until they are forgotten.
class CompletionLedger {
 public:
  // REQUIRES: max_records > 0.
  CompletionLedger(std::size_t max_records, Clock::duration window)
      : max_records_(max_records), window_(window) {}

  // Null if there is none, or it was forgotten.
  CompletionRecord* Find(std::string_view key, Clock::time_point now);

  // True if there is room for a new record, if need be by forgetting the first to finish.
  bool HasRoom() const { return index_.size() < max_records_ || !finished_.empty(); }

  // Adds a running record.
  //
  // REQUIRES: `HasRoom()`, and `Find` has just returned null for this key.
  CompletionRecord& Add(std::string_view key, const Fingerprint& fingerprint,
                        std::uint32_t recipient_count, std::shared_ptr<KeyedRun> run);

  // Makes a finished record run again.
  void Restart(CompletionRecord& record, std::shared_ptr<KeyedRun> run);
  // Finishes a running record, which starts its window.
  void Finish(CompletionRecord& record, Clock::time_point now);
  // Restarts the window of a finished record, because a call was answered from it.
  void Renew(CompletionRecord& record, Clock::time_point now);

  std::size_t size() const { return index_.size(); }

 private:
  using Records = std::list<CompletionRecord>;

  void ForgetFirst();
  Records::iterator PlaceOf(const CompletionRecord& record) const;

  const std::size_t max_records_;
  const Clock::duration window_;
  Records running_;
  // In the order in which they are forgotten.
  Records finished_;
  // Its keys refer to the records.
  absl::flat_hash_map<std::string_view, Records::iterator> index_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_COMPLETION_LEDGER_H_
