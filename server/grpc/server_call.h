#ifndef DINO_SERVER_GRPC_SERVER_CALL_H_
#define DINO_SERVER_GRPC_SERVER_CALL_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <memory>
#include <optional>

#include "server/base/address_ranges.h"
#include "server/base/shared_places.h"
#include "server/grpc/call.h"
#include "server/grpc/call_meters.h"
#include "server/grpc/call_tracker.h"
#include "server/grpc/connections.h"
#include "server/grpc/method_table.h"
#include "server/grpc/tag.h"

namespace dino::transport {

// What all calls of a server share. Outlives them.
struct CallContext {
  grpc::AsyncGenericService& service;
  const MethodTable& methods;
  Connections& connections;
  // From when on a connection is too old for a stream.
  Clock::duration max_age;
  const AddressRanges& proxies;
  // By network; see `Method::Bound`.
  SharedPlaces& answers;
  SharedPlaces& watches;
  CallTracker& tracker;
};

// A call on an asynchronous completion queue: waits for one of any method, finds out which, and has
// it handled. Nothing of its body is received before its handler asks for it.
//
// Its events come on the queue's thread.
class ServerCall final : public Call {
 public:
  // Waits for a call. From here on the object owns itself.
  static void Listen(const CallContext& shared, grpc::ServerCompletionQueue& queue);

  MetadataValues Metadata(std::string_view key) const override;
  std::string Peer() const override;
  std::string Network() const override;
  bool through_proxy() const override { return through_proxy_; }
  std::optional<std::string_view> Certificate() const override;
  std::string_view CertificateChain() const override;
  std::optional<Clock::time_point> answer_by() const override;
  bool overdue() const override { return due_at_.has_value() && *due_at_ <= Clock::now(); }
  Clock::time_point connection_end() const override;
  void NoteKnown() override { shared_.connections.NoteKnown(context_.peer()); }
  void Read() override;
  void Write(const Message& message, bool more) override;
  void Finish(const Message& answer) override;
  void Finish(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> retry_after) override;
  void Reject(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> retry_after) override;
  void Hold() override { holds_.fetch_add(1, std::memory_order_relaxed); }
  void Release() override;

 private:
  ServerCall(const CallContext& shared, grpc::ServerCompletionQueue& queue);

  // What the handshake has found out.
  std::optional<std::string_view> ConnectionProperty(const char* name) const;

  void OnArrived(bool ok);
  void Begin(const MethodTable::Entry& entry);
  // Whose address a proxy has forwarded; empty if none has.
  std::string ForwardedAddress() const;
  // Takes one of the places for its network; false if there is none.
  bool Take(SharedPlaces& places);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);
  // It is answered, with that.
  void Count(grpc::StatusCode code);

  const CallContext& shared_;
  grpc::ServerCompletionQueue& queue_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  MemberTag<ServerCall> arrived_;
  MemberTag<ServerCall> read_;
  MemberTag<ServerCall> written_;
  MemberTag<ServerCall> finished_;
  MemberTag<ServerCall> done_;
  Message received_;
  // Operations under way, those that are to come, and who else holds it: the last one deletes it.
  std::atomic<int> holds_{0};
  Clock::time_point began_at_;
  // Null for a method that is not served.
  MethodMeter* meter_ = nullptr;
  bool unary_ = false;
  bool through_proxy_ = false;
  // When a stream should have ended.
  std::optional<Clock::time_point> due_at_;
  grpc::StatusCode code_ = grpc::StatusCode::OK;
  std::optional<SharedPlaces::Place> place_;
  // Holds what `ConnectionProperty` refers to.
  mutable std::shared_ptr<const grpc::AuthContext> connection_;
  std::unique_ptr<Handler> handler_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_SERVER_CALL_H_
