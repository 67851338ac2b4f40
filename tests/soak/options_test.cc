#include "tests/soak/options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace dino::soak {
namespace {

TEST(OptionsTest, HaveDefaults) {
  const auto options = ParseOptions({}, "bridge");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->seed, 1U);
  EXPECT_EQ(options->duration, std::chrono::minutes(1));
  EXPECT_EQ(options->faults, 0U);
  EXPECT_EQ(options->bridge, "bridge");
  EXPECT_FALSE(options->help);
}

TEST(OptionsTest, ReadBothForms) {
  const auto options = ParseOptions(
      {"--seed", "7", "--duration=2m", "--faults-per-minute=1.5", "--faults=9", "--callers", "3",
       "--replicas=2", "--publications=1000000", "--pause=1ms", "--bridge=b", "--log=l", "--help"},
      "bridge");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->seed, 7U);
  EXPECT_EQ(options->duration, std::chrono::minutes(2));
  EXPECT_EQ(options->faults_per_minute, 1.5);
  EXPECT_EQ(options->faults, 9U);
  EXPECT_EQ(options->callers, 3U);
  EXPECT_EQ(options->replicas, 2U);
  EXPECT_EQ(options->publications, 1000000U);
  EXPECT_EQ(options->pause, std::chrono::milliseconds(1));
  EXPECT_EQ(options->bridge, "b");
  EXPECT_EQ(options->log_file, "l");
  EXPECT_TRUE(options->help);
}

TEST(OptionsTest, RefuseUnknownOnes) {
  for (const std::string argument :
       {"--seed=x", "--seed=-1", "--duration=10", "--duration=-1s", "--callers=0", "--replicas=0",
        "--faults-per-minute=0", "--faults=-1", "--unknown=1", "--seed", "seed=1"}) {
    const auto options = ParseOptions({argument}, "");
    ASSERT_FALSE(options.ok()) << argument;
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace dino::soak
