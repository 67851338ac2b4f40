#ifndef DINO_SERVER_FANOUT_TRACED_BATCH_H_
#define DINO_SERVER_FANOUT_TRACED_BATCH_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/fanout/broker_share.h"
#include "server/fanout/event_batch.h"
#include "server/mqtt/publisher.h"

namespace dino::fanout {

// The batch of an event whose call is traced: notes where publications end, and when. A class of
// its own, so that the others do not pay for it.
class TracedBatch final : public EventBatch {
 public:
  using EventBatch::EventBatch;

  void Settle(const mqtt::Chunk& chunk, std::uint32_t position,
              mqtt::PublicationOutcome outcome) override;

  // From `done` on: what each broker did, by name. `publisher` is the one that has published it.
  std::vector<BrokerShare> Shares(const mqtt::Publisher& publisher) const;

 private:
  const Clock::time_point from_ = Clock::now();
  mutable Mutex mutex_;
  // By session; without the broker's name.
  absl::btree_map<std::uint32_t, BrokerShare> by_session_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_TRACED_BATCH_H_
