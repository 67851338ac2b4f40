#include "server/mqtt/link/connect_failure.h"

#include <gtest/gtest.h>

namespace dino::mqtt {
namespace {

TEST(ConnectFailureTest, AnErrorKeepsItBesideItsText) {
  const absl::Status status = WithFailure(absl::UnavailableError("why"), ConnectFailure::kTls);
  EXPECT_EQ(status.message(), "why");
  EXPECT_EQ(ConnectFailureOf(status), ConnectFailure::kTls);
  EXPECT_EQ(ConnectFailureOf(absl::UnavailableError("why")), ConnectFailure::kNetwork);
}

TEST(ConnectFailureTest, ComesOfHowTheConnectionEnded) {
  using Kind = Loss::Kind;
  EXPECT_EQ(ConnectFailureOf(Loss{Kind::kRefused, "", 0x87}), ConnectFailure::kLogin);
  EXPECT_EQ(ConnectFailureOf(Loss{Kind::kRefused, "", 0x88}), ConnectFailure::kRefused);
  EXPECT_EQ(ConnectFailureOf(Loss{Kind::kNotMqtt, ""}), ConnectFailure::kProtocol);
  EXPECT_EQ(ConnectFailureOf(Loss{Kind::kTlsError, ""}), ConnectFailure::kTls);
  EXPECT_EQ(ConnectFailureOf(Loss{Kind::kReset, ""}), ConnectFailure::kNetwork);
}

}  // namespace
}  // namespace dino::mqtt
