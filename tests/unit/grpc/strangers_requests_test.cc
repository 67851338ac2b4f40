#include "server/grpc/strangers_requests.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "tests/unit/grpc/unsent_call.h"

namespace dino::transport {
namespace {

// Its request does not come.
class SilentCall final : public UnsentCall {
 public:
  explicit SilentCall(std::string network) : network_(std::move(network)) {}

  std::string Network() const override { return network_; }
  using UnsentCall::Finish;
  void Finish(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    ended_ = true;
  }

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
