#ifndef DINO_TESTS_UNIT_GRPC_UNSENT_CALL_H_
#define DINO_TESTS_UNIT_GRPC_UNSENT_CALL_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/grpc/call.h"

namespace dino::transport {

// A call without metadata, certificate or deadline, of which nothing is sent.
class UnsentCall : public Call {
 public:
  MetadataValues Metadata(std::string_view /*key*/) const override { return {}; }
  std::string Peer() const override { return "192.0.2.1:50000"; }
  std::string Network() const override { return "192.0.2.1"; }
  bool through_proxy() const override { return false; }
  std::optional<std::string_view> Certificate() const override { return std::nullopt; }
  std::string_view CertificateChain() const override { return {}; }
  std::optional<Clock::time_point> answer_by() const override { return std::nullopt; }
  bool overdue() const override { return false; }
  Clock::time_point connection_end() const override { return Clock::time_point::max(); }
  void NoteKnown() override {}
  void Read() override {}
  void Write(const Message& /*message*/, bool /*more*/) override {}
  void Finish(const Message& /*answer*/) override {}
  void Finish(const grpc::Status& /*status*/,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {}
  void Reject(const grpc::Status& /*status*/,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {}
  void Hold() override {}
  void Release() override {}
};

}  // namespace dino::transport

#endif  // DINO_TESTS_UNIT_GRPC_UNSENT_CALL_H_
