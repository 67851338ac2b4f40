#include "server/api/open_streams.h"

#include <chrono>
#include <utility>

#include "server/api/errors.h"
#include "server/api/publish_stream.h"

namespace dino::api {
namespace {

// How soon a stream ends whose caller is no longer known, if it sends nothing.
constexpr std::chrono::seconds kCheckInterval{1};

}  // namespace

OpenStreams::OpenStreams(const PublishContext& shared)
    : shared_(shared),
      places_(shared.call_limits.max_publish_streams),
      timer_("stream-check", Timer::kNever, [this] { return Check(); }) {}

Clock::time_point OpenStreams::Check() {
  const MutexLock lock(mutex_);
  if (streams_.empty()) return Timer::kNever;
  const std::uint64_t generation = shared_.caller_generation();
  const bool callers_changed = generation != generation_;
  generation_ = generation;
  const Clock::time_point now = Clock::now();
  for (const auto& [stream, place] : streams_) {
    if (callers_changed) stream->CheckCaller();
    if (now >= stream->connection_end()) stream->EndByAge();
  }
  return now + kCheckInterval;
}

grpc::Status OpenStreams::Add(PublishStream& stream, std::string_view owner) {
  const MutexLock lock(mutex_);
  if (ending_) return ShuttingDown();
  auto place = places_.TryTake(owner);
  if (!place.has_value()) return TooManyStreams();
  streams_.emplace(&stream, *std::move(place));
  timer_.CallBy(Clock::now() + kCheckInterval);
  return grpc::Status::OK;
}

void OpenStreams::Remove(PublishStream& stream) {
  const MutexLock lock(mutex_);
  streams_.erase(&stream);
}

void OpenStreams::EndAll() {
  const MutexLock lock(mutex_);
  ending_ = true;
  for (const auto& [stream, place] : streams_) stream->End(ShuttingDown());
}

}  // namespace dino::api
