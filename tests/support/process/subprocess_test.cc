#include "tests/support/process/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <optional>

namespace dino::testing {
namespace {

using ::testing::ElementsAre;
using Output = Subprocess::Output;

TEST(SubprocessTest, SeparatesOutputsAndReturnsTheExitStatus) {
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

TEST(SubprocessTest, APausedOutputFillsItsPipe) {
  Subprocess child({"sh", "-c",
                    "trap 'head -c 1000000 /dev/zero >&2; echo done; exit' USR1;"
                    "echo ready; while :; do sleep 0.01; done"});
  child.WaitForLine(Output::kStdout, [](auto line) { return line == "ready"; });
  child.SetReading(Output::kStderr, Subprocess::Reading::kPaused);
  child.Signal(SIGUSR1);
  EXPECT_EQ(child.NextLine(Output::kStdout, Clock::now() + std::chrono::milliseconds(100)),
            std::nullopt);

  child.SetReading(Output::kStderr, Subprocess::Reading::kOn);
  child.WaitForLine(Output::kStdout, [](auto line) { return line == "done"; });
  EXPECT_EQ(child.RemainingLines(Output::kStderr).at(0).size(), 1000000U);
}

TEST(SubprocessTest, AClosedOutputHasNoReader) {
  Subprocess child({"sh", "-c", "while echo line; do sleep 0.01; done"});
  child.SetReading(Output::kStdout, Subprocess::Reading::kClosed);

  EXPECT_EQ(child.Wait(), 128 + SIGPIPE);
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

TEST(SubprocessTest, FailsTheTestWhenTheChildExitsWithoutTheLine) {
  Subprocess child({"echo", "something else"});

  EXPECT_NONFATAL_FAILURE(
      child.WaitForLine(Output::kStdout, [](auto line) { return line == "ready"; }),
      "the last one was: something else");
}

TEST(SubprocessTest, FailsTheTestWhenTheChildDoesNotExit) {
  Subprocess child({"sleep", "1000"});

  EXPECT_NONFATAL_FAILURE(child.Wait(std::chrono::milliseconds(1)), "sleep does not end");
}

}  // namespace
}  // namespace dino::testing
