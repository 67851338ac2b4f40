#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "clients/dino-publish/run.h"
#include "tests/support/process/temporary_directory.h"

namespace dino::publish_client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class KeyFileTest : public ::testing::Test {
 protected:
  int RunWithKeyFile() {
    std::istringstream in("{}");
    std::ostringstream out;
    return publish_client::Run({"PublishRead", "--key-file=" + file_},
                               {[](const char*) -> const char* { return nullptr; }, in, out, err_,
                                [this](const Call& call, std::string& /*response*/) {
                                  call_ = call;
                                  return grpc::Status::OK;
                                }});
  }

  const dino::testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "key";
  std::optional<Call> call_;
  std::ostringstream err_;
};

TEST_F(KeyFileTest, ItsFirstLineIsTheKey) {
  std::ofstream(file_) << "secret\nand more\n";
  EXPECT_EQ(RunWithKeyFile(), 0);
  ASSERT_TRUE(call_.has_value());
  EXPECT_EQ(call_->api_key, "secret");
}

TEST_F(KeyFileTest, WithoutAFileNoKeyIsSent) {
  EXPECT_EQ(RunWithKeyFile(), 2);
  EXPECT_THAT(err_.str(), HasSubstr(file_ + " cannot be read"));
  EXPECT_FALSE(call_.has_value());
}

TEST_F(KeyFileTest, AnInvalidKeyIsNeitherSentNorRepeated) {
  std::ofstream(file_) << "not secret\n";
  EXPECT_EQ(RunWithKeyFile(), 2);
  EXPECT_THAT(err_.str(), HasSubstr("must begin with an API key"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("not secret")));
  EXPECT_FALSE(call_.has_value());
}

}  // namespace
}  // namespace dino::publish_client
