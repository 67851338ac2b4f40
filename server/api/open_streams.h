#ifndef DINO_SERVER_API_OPEN_STREAMS_H_
#define DINO_SERVER_API_OPEN_STREAMS_H_

#include <grpcpp/support/status.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "server/api/publish_context.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/shared_places.h"
#include "server/base/timer.h"

namespace dino::api {

class PublishStream;

// The streams that are open, so that they can be ended. Thread-safe.
class OpenStreams {
 public:
  // `shared` outlives it.
  explicit OpenStreams(const PublishContext& shared);

  // Takes a stream of that owner in (see `CallOrigin::owner`), and returns OK; or says why not: it
  // is one too many, or comes too late.
  grpc::Status Add(PublishStream& stream, std::string_view owner);
  void Remove(PublishStream& stream);

  // Ends those that are open and those still to come; what they have begun is answered first.
  void EndAll();

 private:
  // Ends those whose callers may not publish any more, and those whose connections are too old.
  // Returns when to look again.
  Clock::time_point Check();

  const PublishContext& shared_;
  // Callers share them.
  SharedPlaces places_;
  Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_map<PublishStream*, SharedPlaces::Place> streams_ ABSL_GUARDED_BY(mutex_);
  // `PublishContext::caller_generation` when their callers were last looked at.
  std::uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  // Last: it uses the others.
  Timer timer_;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_OPEN_STREAMS_H_
