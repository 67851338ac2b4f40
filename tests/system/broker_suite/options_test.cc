#include "tests/system/broker_suite/options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"

namespace dino::broker_suite {
namespace {

TEST(OptionsTest, KnowNothingAtFirst) {
  const auto options = ParseOptions({}, "bridge");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->bridge, "bridge");
  EXPECT_TRUE(options->brokers.empty());
  EXPECT_EQ(options->environment, "broker_suite");
  EXPECT_FALSE(options->denied_user.has_value());
  EXPECT_FALSE(options->poison_user.has_value());
  EXPECT_EQ(options->poison_bytes, 0U);
}

TEST(OptionsTest, AreRead) {
  const testing::TemporaryDirectory directory;
  const std::string file = testing::WriteFile(directory.path(), "password", "secret\n");
  const auto options = ParseOptions(
      {"--bridge=b", "--broker=one:1883,[::1]:1884", "--username=u", "--password-file=" + file,
       "--environment=e", "--stop=kill 1", "--start=run --a=b", "--deny-topic=dms/e/13",
       "--poison-topic=dms/e/14", "--poison-bytes=30000", "--seconds=60", "--parts=events,restart"},
      "");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->bridge, "b");
  ASSERT_EQ(options->brokers.size(), 2U);
  EXPECT_EQ(options->brokers[0].host, "one");
  EXPECT_EQ(options->brokers[0].port, 1883);
  EXPECT_EQ(options->brokers[1].host, "::1");
  EXPECT_EQ(options->brokers[1].port, 1884);
  EXPECT_EQ(options->brokers[1].username, "u");
  EXPECT_EQ(options->brokers[1].password, "secret");
  EXPECT_EQ(options->stop, "kill 1");
  EXPECT_EQ(options->start, "run --a=b");
  EXPECT_EQ(options->denied_user, 13);
  EXPECT_EQ(options->poison_user, 14);
  EXPECT_EQ(options->poison_bytes, 30000U);
  EXPECT_EQ(options->duration, std::chrono::seconds(60));
  EXPECT_EQ(options->parts, (std::vector<std::string>{"events", "restart"}));
}

TEST(OptionsTest, RefuseWhatIsWrong) {
  for (const std::string argument :
       {"--unknown=1", "--broker", "broker=a:1", "--broker=a", "--broker=:1", "--broker=a:0",
        "--broker=a:65536", "--broker=a:x", "--stop=x", "--start=x", "--deny-topic=dms/dev/13",
        "--deny-topic=dms/broker_suite/x", "--poison-topic=13", "--poison-bytes=0",
        "--poison-bytes=-1", "--seconds=0"}) {
    const auto options = ParseOptions({argument}, "");
    ASSERT_FALSE(options.ok()) << argument;
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace dino::broker_suite
