#include "server/grpc/strangers_requests.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dino::transport {
namespace {

// Its request does not come. Nothing of it is sent.
class SilentCall final : public Call {
 public:
  explicit SilentCall(std::string network) : network_(std::move(network)) {}

  MetadataValues Metadata(std::string_view /*key*/) const override { return {}; }
  std::string Peer() const override { return ""; }
  std::string Network() const override { return network_; }
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
  void Finish(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    ended_ = true;
  }
  void Reject(const grpc::Status& /*status*/,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {}
  void Hold() override {}
  void Release() override {}

  bool ended() const { return ended_; }

 private:
  const std::string network_;
  bool ended_ = false;
};

class StrangersRequestsTest : public ::testing::Test {
 protected:
  SilentCall& Begin(const std::string& network) {
    SilentCall& call = calls_.emplace_back(network);
    requests_.Read(call);
    return call;
  }

  std::deque<SilentCall> calls_;
  // None is overdue.
  StrangersRequests requests_{std::chrono::hours(1)};
};

TEST_F(StrangersRequestsTest, AFloodFromOneNetworkEndsNoRequestOfAnother) {
  SilentCall& other = Begin("other");
  for (std::size_t i = 0; i < StrangersRequests::kMost; ++i) Begin("flood");
  EXPECT_TRUE(calls_[1].ended()) << "the oldest of the flood";
  for (std::size_t i = 2; i < calls_.size(); ++i) EXPECT_FALSE(calls_[i].ended()) << i;
  EXPECT_FALSE(other.ended());
  EXPECT_TRUE(requests_.EndWait(other));
  EXPECT_FALSE(requests_.EndWait(calls_[1]));
}

TEST_F(StrangersRequestsTest, WhereNoNetworkHasMoreThanOthersTheOldestEnds) {
  for (std::size_t i = 0; i <= StrangersRequests::kMost; ++i) Begin(std::to_string(i));
  for (std::size_t i = 0; i < calls_.size(); ++i) EXPECT_EQ(calls_[i].ended(), i == 0) << i;
}

}  // namespace
}  // namespace dino::transport
