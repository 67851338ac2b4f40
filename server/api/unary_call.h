#ifndef DINO_SERVER_API_UNARY_CALL_H_
#define DINO_SERVER_API_UNARY_CALL_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/api/call_log.h"
#include "server/api/publish_context.h"
#include "server/fanout/admission.h"
#include "server/grpc/call.h"

namespace dino::api {

// What the calls with one request and one answer have in common: who calls is known, and may,
// before the request is asked for, and still when it has come; and room is taken from its beginning
// until the answer was written.
class UnaryCall : public transport::Handler {
 public:
  void OnBegin() final;
  void OnMessage(const transport::Message& message) final;
  void OnNoMessage() final;
  void OnCancelled() final;

 protected:
  // `shared` outlives it. `via` is how its events come, none if it has none; `kind` is their place
  // in `event::kEventKinds`.
  UnaryCall(PublishContext& shared, transport::Call& call, std::string_view method,
            std::optional<EventMeter::Via> via = std::nullopt, std::size_t kind = CallEnd::kWhole);

  // Handles the request; `Finish` or `Refuse` is called then or later, exactly once.
  virtual void Handle(const transport::Message& message) = 0;
  // The caller has gone or its deadline has passed, after `Handle`.
  virtual void Stop() {}
  // Whether it is served while the server drains.
  virtual bool answers_while_draining() const { return false; }
  // Whether it takes room of `PublishContext::admission`; if not, its method is bounded.
  virtual bool takes_room() const { return true; }

  PublishContext& shared() const { return shared_; }
  transport::Call& call() const { return call_; }
  const CallOrigin& origin() const { return origin_; }

  // Takes room for what an answer will hold. From any thread.
  void Charge(std::size_t bytes) {
    if (room_.has_value()) room_->Grow(bytes);
  }

  // Answers. From any thread; the call may be gone when it returns.
  void Finish(const google::protobuf::Message& response);
  void Finish(const grpc::Status& error);
  // Answers that nothing of it is done.
  void Refuse(const grpc::Status& error);

 private:
  grpc::Status Check();
  // Finds out who calls, and whether they may.
  grpc::Status Identify();
  void EndTrace(const grpc::Status& status) const;

  PublishContext& shared_;
  transport::Call& call_;
  const std::size_t kind_;
  CallOrigin origin_;
  // `PublishContext::caller_generation` when the caller was found.
  std::uint64_t caller_generation_ = 0;
  std::optional<fanout::Admission::Ticket> room_;
  bool handled_ = false;
  bool cancelled_ = false;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_UNARY_CALL_H_
