#include "server/app/health_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "server/ops/http_server.h"
#include "tests/support/process/loopback.h"

namespace dino::app {
namespace {

using ::testing::HasSubstr;

class HealthCheckTest : public ::testing::Test {
 protected:
  int Check(const std::vector<std::string>& arguments) {
    return CheckHealth(
        arguments,
        [this](const char* name) {
          const auto found = variables_.find(name);
          return found == variables_.end() ? nullptr : found->second.c_str();
        },
        errors_);
  }

  std::map<std::string, std::string> variables_;
  std::ostringstream errors_;
};

TEST_F(HealthCheckTest, AsksForLivenessOrReadiness) {
  ops::HttpServer server([](std::string_view path) {
    return ops::HttpResponse{path == "/livez" ? 200U : 503U, "text/plain", "", {}};
  });
  const auto address = server.Start({"127.0.0.1", 0});
  ASSERT_TRUE(address.ok());
  // Other settings matter only to the server.
  variables_ = {{"DINO_OPS_ADDRESS", *address}, {"DINO_GRPC_ADDRESS", "nonsense"}};
  EXPECT_EQ(Check({}), 0) << errors_.str();
  EXPECT_EQ(Check({"--ready"}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("503"));
}

TEST_F(HealthCheckTest, AFlagOverridesTheVariable) {
  const testing::LoopbackPort port;
  variables_["DINO_OPS_ADDRESS"] = "nonsense";
  EXPECT_EQ(Check({"--ops-address=" + port.address(), "--mqtt-sessions=3"}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("refused"));
}

TEST_F(HealthCheckTest, FailsWithoutAnAddress) {
  EXPECT_EQ(Check({"--ops-address="}), 1);
  EXPECT_THAT(errors_.str(), HasSubstr("ops-address is empty"));
}

TEST_F(HealthCheckTest, InvalidUsageExitsWith2) {
  EXPECT_EQ(Check({"--raedy"}), 2);
  EXPECT_EQ(Check({"--ops-address=8080"}), 2);
}

}  // namespace
}  // namespace dino::app
