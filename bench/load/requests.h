#ifndef DINO_BENCH_LOAD_REQUESTS_H_
#define DINO_BENCH_LOAD_REQUESTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "dino/events/v1/event_publisher_service.pb.h"

namespace dino::bench {

// The shape of each event.
struct EventShape {
  // Of its JSON.
  int bytes = 300;
  int recipients = 1000;
  // Concurrent loads need different ones: a user's events wait for each other.
  std::int64_t first_user = 1'000'000;
  // Each call has an idempotency key of its own.
  bool keyed = false;
};

// Refuses shapes that no event has.
absl::Status CheckShape(const EventShape& shape);

// Makes the request for an event to the recipients of `number`; two numbers share none.
//
// REQUIRES: CheckShape(shape).ok().
events::v1::PublishMessageRequest MakeRequest(const EventShape& shape, int number);

// Gives a request that has a key another one, that no call had before.
void RenewKey(events::v1::PublishMessageRequest& request);

// An error unless the answer says that all of `recipients` were acknowledged.
absl::Status CheckDelivery(const events::v1::Delivery& delivery, int recipients);

// The same for one of a batch or stream.
absl::Status CheckResult(const events::v1::EventResult& result, int recipients);

}  // namespace dino::bench

#endif  // DINO_BENCH_LOAD_REQUESTS_H_
