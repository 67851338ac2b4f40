#include "clients/dino-publish/exit_status.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dino::publish_client {
namespace {

using grpc::StatusCode;

TEST(ExitStatusTest, FollowsTheTableOfTheHelp) {
  const std::vector<std::pair<StatusCode, int>> expected = {
      {StatusCode::OK, 0},
      {StatusCode::CANCELLED, 1},
      {StatusCode::UNKNOWN, 1},
      {StatusCode::INVALID_ARGUMENT, 3},
      {StatusCode::DEADLINE_EXCEEDED, 4},
      {StatusCode::NOT_FOUND, 1},
      {StatusCode::PERMISSION_DENIED, 5},
      {StatusCode::RESOURCE_EXHAUSTED, 4},
      {StatusCode::UNIMPLEMENTED, 3},
      {StatusCode::INTERNAL, 1},
      {StatusCode::UNAVAILABLE, 4},
      {StatusCode::UNAUTHENTICATED, 5},
  };
  for (const auto& [code, exit_status] : expected) EXPECT_EQ(ExitStatus(code), exit_status) << code;
}

}  // namespace
}  // namespace dino::publish_client
