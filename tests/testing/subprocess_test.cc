#include "tests/testing/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <csignal>

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using Output = Subprocess::Output;

TEST(SubprocessTest, TellsOutputsApartAndReturnsTheExitStatus) {
  Subprocess child({"sh", "-c", "echo one; echo two; echo wrong >&2; exit 3"});

  EXPECT_EQ(child.Wait(), 3);
  EXPECT_FALSE(child.running());
  EXPECT_THAT(child.RemainingLines(Output::kStdout), ElementsAre("one", "two"));
  EXPECT_THAT(child.RemainingLines(Output::kStderr), ElementsAre("wrong"));
}

TEST(SubprocessTest, ReadsLinesWhileTheChildRuns) {
  Subprocess child({"sh", "-c", "echo noise; echo ready; exec sleep 1000"});

  EXPECT_EQ(child.WaitForLine(Output::kStdout, [](auto line) { return line == "ready"; }), "ready");
  EXPECT_TRUE(child.running());
  child.Signal(SIGTERM);
  EXPECT_EQ(child.Wait(), 128 + SIGTERM);
}

TEST(SubprocessTest, AddsToTheEnvironment) {
  Subprocess child({"sh", "-c", "echo $DINO_GREETING"}, {"DINO_GREETING=hello"});

  EXPECT_THAT(child.RemainingLines(Output::kStdout), ElementsAre("hello"));
}

TEST(SubprocessTest, AProgramThatDoesNotExistExitsWith127) {
  Subprocess child({"/does/not/exist"});

  EXPECT_EQ(child.Wait(), 127);
}

TEST(SubprocessTest, KillsTheChildWhenItIsDestroyed) {
  pid_t pid = 0;
  {
    const Subprocess child({"sleep", "1000"});
    pid = child.pid();
  }

  EXPECT_EQ(kill(pid, 0), -1);
}

TEST(SubprocessTest, DoesNotWaitForAGrandchildThatHoldsTheOutput) {
  std::string grandchild;
  {
    Subprocess child({"sh", "-c", "sleep 1000 & echo $!; wait"});
    grandchild = child.WaitForLine(Output::kStdout, [](auto) { return true; }).value_or("");
  }

  EXPECT_EQ(kill(std::stoi(grandchild), SIGKILL), 0);
}

TEST(SubprocessTest, FailsTheTestWhenTheChildEndsWithoutTheLine) {
  Subprocess child({"echo", "something else"});

  EXPECT_NONFATAL_FAILURE(
      child.WaitForLine(Output::kStdout, [](auto line) { return line == "ready"; }),
      "the last one was: something else");
}

TEST(SubprocessTest, FailsTheTestWhenTheChildDoesNotEnd) {
  Subprocess child({"sleep", "1000"});

  EXPECT_NONFATAL_FAILURE(child.Wait(std::chrono::milliseconds(1)), "sleep does not end");
}

}  // namespace
}  // namespace dino::testing
