#ifndef DINO_SERVER_RPC_PUBLISH_STREAM_H_
#define DINO_SERVER_RPC_PUBLISH_STREAM_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <unordered_set>
#include <vector>

#include "dino/events/v1/event_publisher_service.pb.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/rpc/event_call.h"
#include "server/rpc/publish_context.h"
#include "server/rpc/tag.h"

namespace dino::rpc {

class PublishStream;

// From so many open events on, a stream is not read.
inline constexpr std::size_t kMaxOpenStreamEvents = 1000;

// The streams that are open, so that they can be ended. Thread-safe.
class OpenStreams {
 public:
  // `max_streams`: how many may be open.
  explicit OpenStreams(std::size_t max_streams) : max_streams_(max_streams) {}

  // Takes a stream in, and returns OK; or says why not: it is one too many, or comes too late.
  grpc::Status Add(PublishStream& stream);
  void Remove(PublishStream& stream);

  // Ends those that are open and those still to come; what they have begun is answered first.
  void EndAll();

 private:
  const std::size_t max_streams_;
  Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::unordered_set<PublishStream*> streams_ ABSL_GUARDED_BY(mutex_);
};

// A call of PublishStream, which deletes itself after its last event.
//
// It reads on its queue's thread, one request after the other, and publishes each at once. Answers
// are sent from the threads that the events end on, one at a time. While too many events are
// open, which is to say that their answers have not been sent, it reads no more: that holds the
// caller back.
class PublishStream {
 public:
  using Stream = grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
  // Waits for the next call of the method; `tag` comes when there is one.
  using AskFunction = std::function<void(grpc::ServerContext&, Stream&, void* tag)>;

  // The first two outlive it.
  PublishStream(PublishContext& shared, OpenStreams& open_streams, AskFunction ask);
  PublishStream(const PublishStream&) = delete;
  PublishStream& operator=(const PublishStream&) = delete;

  // Waits for a call. From here on the stream owns itself.
  void Listen();

  // Takes no more events and ends, with that status, once those that are open were answered. Only
  // the first call counts. Thread-safe.
  void End(const grpc::Status& status);

 private:
  // An event that has not ended, or whose end has not been noticed on the queue's thread.
  struct Entry {
    explicit Entry(PublishContext& shared) : call(shared) {}
    EventCall call;
    std::list<Entry>::iterator place;
  };

  ~PublishStream() = default;

  void OnArrived(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  // Looks who calls if that may have changed; ends the stream if they may not (any more).
  bool IsAllowed();
  // Ends it, as one that may not be; counts that.
  void Refuse(const grpc::Status& error);
  void Read();
  void Handle(const grpc::ByteBuffer& bytes);
  void Publish(const v1::PublishStreamRequest& request);
  void Answer(std::uint64_t sequence, const grpc::Status& status, v1::Delivery delivery,
              Entry* entry);
  void ForgetEnded();
  // Goes on with what is possible now: the next answer, or the end.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release();

  PublishContext& shared_;
  OpenStreams& open_streams_;
  MethodMeter& meter_;
  const AskFunction ask_;
  grpc::ServerContext context_;
  Stream stream_;
  MemberTag<PublishStream> arrived_;
  MemberTag<PublishStream> read_;
  MemberTag<PublishStream> written_;
  MemberTag<PublishStream> finished_;
  MemberTag<PublishStream> done_;

  // The queue's thread only.
  grpc::ByteBuffer request_;
  std::uint64_t lane_ = 0;
  Clock::time_point arrived_at_;
  // The last one is in force; events refer to that with which they came.
  std::deque<CallOrigin> origins_;
  std::size_t requests_ = 0;
  // `Authenticator::generation` when that was found.
  std::uint64_t caller_generation_ = 0;
  std::list<Entry> entries_;

  Mutex mutex_;
  std::deque<grpc::ByteBuffer> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<Entry*> ended_ ABSL_GUARDED_BY(mutex_);
  // Events whose answers have not been sent.
  std::size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // It would read if fewer events were open.
  bool held_back_ ABSL_GUARDED_BY(mutex_) = false;
  // It reads no more, and ends with this status once nothing is open.
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
  bool finishing_ ABSL_GUARDED_BY(mutex_) = false;
  // Operations under way and events that have not ended: who comes last deletes the stream.
  std::size_t holds_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace dino::rpc

#endif  // DINO_SERVER_RPC_PUBLISH_STREAM_H_
