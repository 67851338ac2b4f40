#include "server/grpc/server_call.h"

#include <grpc/grpc_security_constants.h>
#include <grpc/support/time.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/counters.h"
#include "server/grpc/peer.h"
#include "server/net/network.h"

namespace dino::transport {
namespace {

// What is kept of a caller's time for the way of the answer.
constexpr int kMarginPart = 20;
constexpr std::chrono::milliseconds kLongestMargin{50};

std::optional<Clock::time_point> AnswerBy(gpr_timespec deadline, Clock::time_point now) {
  const gpr_timespec never = gpr_inf_future(deadline.clock_type);
  if (gpr_time_cmp(deadline, never) == 0) return std::nullopt;
  const gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  // Centuries are as good as any longer time, and fit in the clock.
  constexpr std::int64_t kLongest = 5'000'000'000;
  const auto time_left = std::chrono::seconds(std::min(left.tv_sec, kLongest)) +
                         std::chrono::nanoseconds(left.tv_nsec);
  const auto margin = std::clamp<std::chrono::nanoseconds>(
      time_left / kMarginPart, std::chrono::nanoseconds::zero(), kLongestMargin);
  return now + time_left - margin;
}

}  // namespace

void ServerCall::Listen(const CallContext& shared, grpc::ServerCompletionQueue& queue) {
  auto* const call = new ServerCall(shared, queue);
  call->context_.AsyncNotifyWhenDone(static_cast<Tag*>(&call->done_));
  shared.service.RequestCall(&call->context_, &call->stream_, &queue, &queue,
                             static_cast<Tag*>(&call->arrived_));
}

ServerCall::ServerCall(const CallContext& shared, grpc::ServerCompletionQueue& queue)
    : shared_(shared),
      queue_(queue),
      stream_(&context_),
      arrived_(*this, &ServerCall::OnArrived),
      read_(*this, &ServerCall::OnRead),
      written_(*this, &ServerCall::OnWritten),
      finished_(*this, &ServerCall::OnFinished),
      done_(*this, &ServerCall::OnDone) {}

MetadataValues ServerCall::Metadata(std::string_view key) const {
  MetadataValues values;
  const auto [first, last] =
      context_.client_metadata().equal_range(grpc::string_ref(key.data(), key.size()));
  for (auto each = first; each != last; ++each) {
    values.emplace_back(each->second.data(), each->second.size());
  }
  return values;
}

std::string ServerCall::Peer() const {
  const std::string peer = AddressOf(context_.peer());
  const std::string address = ForwardedAddress();
  return address.empty() ? peer : absl::StrCat(address, " through ", peer);
}

std::string ServerCall::ForwardedAddress() const {
  if (!through_proxy_) return "";
  const MetadataValues values = Metadata("x-forwarded-for");
  return values.empty() ? "" : LastForwardedAddress(values.back());
}

std::optional<std::string_view> ServerCall::Certificate() const {
  return ConnectionProperty(GRPC_X509_PEM_CERT_PROPERTY_NAME);
}

std::string_view ServerCall::CertificateChain() const {
  return ConnectionProperty(GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME).value_or("");
}

std::optional<std::string_view> ServerCall::ConnectionProperty(const char* name) const {
  if (connection_ == nullptr) connection_ = context_.auth_context();
  const auto found = connection_->FindPropertyValues(name);
  if (found.size() != 1) return std::nullopt;
  return std::string_view(found.front().data(), found.front().size());
}

std::optional<Clock::time_point> ServerCall::answer_by() const {
  return AnswerBy(context_.raw_deadline(), Clock::now());
}

Clock::time_point ServerCall::connection_end() const {
  return shared_.connections.AcceptedAt(context_.peer()).value_or(began_at_) + shared_.max_age;
}

void ServerCall::OnArrived(bool ok) {
  if (!ok) {
    // The server stops; a call that never began has no further events.
    delete this;
    return;
  }
  shared_.tracker.Begin();
  Listen(shared_, queue_);
  // For `finished_`, for `done_`, and for this function.
  holds_.store(3, std::memory_order_relaxed);
  began_at_ = Clock::now();
  through_proxy_ = !shared_.proxies.empty() && shared_.proxies.Contains(HostOf(context_.peer()));
  if (const MethodTable::Entry* entry = shared_.methods.Find(context_.method())) {
    Begin(*entry);
  } else {
    Reject({grpc::StatusCode::UNIMPLEMENTED, "no such method"}, std::nullopt);
  }
  Release();
}

void ServerCall::Begin(const MethodTable::Entry& entry) {
  meter_ = entry.meter;
  meter_->Started();
  unary_ = entry.method.type == Method::Type::kUnary;
  if (!unary_) due_at_ = answer_by();
  using Bound = Method::Bound;
  const Bound bound = entry.method.bound;
  if ((bound == Bound::kAnswers && !Take(shared_.answers)) ||
      (bound == Bound::kWatches && !Take(shared_.watches))) {
    return Reject({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many such calls from this network"},
                  std::nullopt);
  }
  handler_ = entry.method.handle(*this);
  handler_->OnBegin();
}

std::string ServerCall::Network() const {
  if (!through_proxy_) return NetworkOf(context_.peer());
  const std::string address = ForwardedAddress();
  // Each connection of a proxy that does not say for whom it speaks counts by itself.
  return address.empty() ? context_.peer() : net::NetworkOfAddress(address);
}

bool ServerCall::Take(SharedPlaces& places) {
  place_ = places.TryTake(Network());
  return place_.has_value();
}

void ServerCall::Reject(const grpc::Status& status,
                        std::optional<std::chrono::milliseconds> retry_after) {
  if (!place_.has_value() && !Take(shared_.answers)) context_.TryCancel();
  Finish(status, retry_after);
}

void ServerCall::Read() {
  Hold();
  stream_.Read(&received_.buffer(), static_cast<Tag*>(&read_));
}

void ServerCall::OnRead(bool ok) {
  if (ok) {
    meter_->Received();
    // What is handled may ask for the next one.
    const Message message = std::exchange(received_, {});
    handler_->OnMessage(message);
  } else {
    handler_->OnNoMessage();
  }
  Release();
}

void ServerCall::Write(const Message& message, bool more) {
  Hold();
  grpc::WriteOptions options;
  if (more) options.set_buffer_hint();
  stream_.Write(message.buffer(), options, static_cast<Tag*>(&written_));
}

void ServerCall::OnWritten(bool ok) {
  if (ok) meter_->Sent();
  handler_->OnWritten(ok);
  Release();
}

void ServerCall::Finish(const Message& answer) {
  meter_->Sent();
  if (unary_) Count(grpc::StatusCode::OK);
  stream_.WriteAndFinish(answer.buffer(), grpc::WriteOptions(), grpc::Status::OK,
                         static_cast<Tag*>(&finished_));
}

void ServerCall::Finish(const grpc::Status& status,
                        std::optional<std::chrono::milliseconds> retry_after) {
  code_ = status.error_code();
  if (unary_) Count(code_);
  if (retry_after.has_value()) {
    // gRPC's own retries wait for so long.
    context_.AddTrailingMetadata("grpc-retry-pushback-ms", absl::StrCat(retry_after->count()));
  }
  stream_.Finish(status, static_cast<Tag*>(&finished_));
}

void ServerCall::OnFinished(bool ok) {
  if (!unary_) {
    const grpc::StatusCode cut_off =
        overdue() ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED;
    Count(ok ? code_ : cut_off);
  }
  if (handler_ != nullptr) handler_->OnFinished(ok);
  Release();
}

void ServerCall::OnDone(bool /*ok*/) {
  if (handler_ != nullptr && context_.IsCancelled()) handler_->OnCancelled();
  Release();
}

void ServerCall::Count(grpc::StatusCode code) {
  if (kCounting && meter_ != nullptr) meter_->Handled(code, Clock::now() - began_at_);
}

void ServerCall::Release() {
  if (holds_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  CallTracker& tracker = shared_.tracker;
  delete this;
  tracker.End();
}

}  // namespace dino::transport
