#include "server/log/state_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/log/captured_log.h"

namespace dino::log {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

TEST(StateLogTest, SaysWhatHowOftenForHowLongAndWhose) {
  CapturedLog captured;
  StateLog state({Level::kError, "it is broken", "it is whole"});
  const Clock::time_point start = Clock::now();
  state.Look("", start);
  state.Occurred();
  state.Look("a stone", start, "192.0.2.1:5000");
  state.Occurred();
  state.Look("a stone", start + seconds(30));
  state.Look("a stone", start + seconds(60), "192.0.2.2:5000");
  state.Look("a tree", start + seconds(61));
  state.Look("", start + seconds(62));
  state.Look("a stone", start + seconds(200));
  EXPECT_THAT(
      captured.Lines(),
      ElementsAre(
          R"("level":"error","message":"it is broken","reason":"a stone","peer":"192.0.2.1:5000","count":1})",
          R"("level":"error","message":"it is broken","reason":"a stone","peer":"192.0.2.2:5000","count":2,"seconds":60})",
          R"("level":"error","message":"it is broken","reason":"a tree","count":2,"seconds":61})",
          R"("level":"info","message":"it is whole","reason":"a tree","count":2,"seconds":62})",
          R"("level":"error","message":"it is broken","reason":"a stone"})"));
}

}  // namespace
}  // namespace dino::log
