#ifndef DINO_SERVER_API_PUBLISH_STREAM_H_
#define DINO_SERVER_API_PUBLISH_STREAM_H_

#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <vector>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/api/event_call.h"
#include "server/api/open_streams.h"
#include "server/api/publish_context.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/fanout/admission.h"
#include "server/grpc/call.h"

namespace dino::api {

// From so many open events on, a stream is not read.
inline constexpr std::size_t kMaxOpenStreamEvents = 1000;
// The same for the bytes of answers that its caller has not read.
inline constexpr std::size_t kMaxUnreadStreamBytes = 262144;

// A call of PublishStream.
//
// It reads on its call's thread, one request after the other, and publishes each at once. Answers
// are sent from the threads that the events end on, one at a time. While too many events are
// open, which is to say that their answers have not been sent, or those answers are too large, it
// reads no more: that holds the caller back.
class PublishStream final : public transport::Handler {
 public:
  // The first two outlive it.
  PublishStream(PublishContext& shared, OpenStreams& open_streams, transport::Call& call);
  ~PublishStream() override { open_streams_.Remove(*this); }

  void OnBegin() override;
  void OnMessage(const transport::Message& message) override;
  void OnNoMessage() override;
  void OnWritten(bool ok) override;
  void OnCancelled() override;
  void OnFinished(bool ok) override;

  // Looks who calls, if that may have changed, and ends it if they may not (any more). Returns what
  // its events come with from now on; null if it ends. Thread-safe.
  const CallOrigin* CheckCaller();

  // When its connection is too old.
  Clock::time_point connection_end() const { return connection_end_; }

  // Takes no more events and ends, with that status, once those that are open were answered. Only
  // the first call counts. Thread-safe.
  void End(const grpc::Status& status);
  // Its connection is too old: takes no more events, answers those that are open, and ends with
  // CONNECTION_AGE when this is called again, a moment later. Thread-safe.
  void EndByAge();

 private:
  // An event that has not ended, or whose end has not been noticed on the call's thread.
  struct Entry {
    explicit Entry(PublishContext& shared) : call(shared) {}
    EventCall call;
    std::list<Entry>::iterator place;
  };

  // Whether it may begin; else the error.
  grpc::Status Begin();
  // Finds out who calls, and whether they may; else returns the error.
  grpc::Status Identify(std::uint64_t generation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(caller_mutex_);
  // Ends it, as one that may not be; counts that.
  void Refuse(const CallOrigin& origin, const grpc::Status& error);
  void EndTrace(const grpc::Status& status) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(caller_mutex_);
  // What has ended it, if not we.
  grpc::Status WhyCutOff() const;
  void Read();
  void Handle(const transport::Message& message, const CallOrigin& origin);
  void Publish(const v1::PublishStreamRequest& request, const CallOrigin& origin);
  void Answer(std::uint64_t sequence, const grpc::Status& status, v1::Delivery delivery,
              Entry* entry);
  // For one that comes now.
  Clock::time_point EventDeadline() const;
  void ForgetEnded();
  // Whether the caller has to read answers first.
  bool IsFull(std::size_t max_open, std::size_t max_bytes) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return open_ >= max_open || unread_bytes_ >= max_bytes;
  }
  // Goes on with what is possible now: the next answer, or the end.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  PublishContext& shared_;
  OpenStreams& open_streams_;
  transport::Call& call_;
  const Clock::time_point connection_end_;

  // The call's thread only.
  std::uint64_t lane_ = 0;
  Clock::time_point arrived_at_;
  std::size_t requests_ = 0;
  bool rejected_ = false;
  std::list<Entry> entries_;
  // From its beginning on; for itself and for unread answers.
  std::optional<fanout::Admission::Ticket> room_;

  // Taken before `mutex_`.
  Mutex caller_mutex_;
  // The last one is in force; events refer to that with which they came.
  std::deque<CallOrigin> origins_ ABSL_GUARDED_BY(caller_mutex_);
  // `PublishContext::caller_generation` when that was found; none before the first look.
  std::optional<std::uint64_t> caller_generation_ ABSL_GUARDED_BY(caller_mutex_);
  bool may_publish_ ABSL_GUARDED_BY(caller_mutex_) = false;

  Mutex mutex_;
  std::deque<transport::Message> answers_ ABSL_GUARDED_BY(mutex_);
  std::size_t unread_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Entry*> ended_ ABSL_GUARDED_BY(mutex_);
  // Events whose answers have not been sent.
  std::size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // It would read if fewer events were open.
  bool held_back_ ABSL_GUARDED_BY(mutex_) = false;
  // It reads no more, and ends with this status once nothing is open.
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  // It does not end yet, so that what the caller is just sending still arrives.
  bool lingering_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_PUBLISH_STREAM_H_
