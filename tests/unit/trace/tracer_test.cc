#include "server/trace/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/process/http_client.h"
#include "tests/unit/log/captured_log.h"

namespace dino::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Span SpanNamed(const std::string& name) {
  Span span;
  span.name = name;
  return span;
}

// Exports when it is told to, to a collector that the test plays.
class TracerTest : public ::testing::Test {
 protected:
  static TracerOptions Options() {
    TracerOptions options;
    options.most_waiting = 5;
    options.most_at_once = 2;
    options.interval = std::chrono::hours(1);
    return options;
  }

  absl::Status Send(const std::string& body) {
    bodies_.push_back(body);
    return collector_;
  }

  // Time stands still on this thread, on which the timer's function then runs, too.
  SimulatedTime time_{Clock::now()};
  SimulatedTimers timers_;
  Clock::time_point now_ = Clock::now();
  void NextTurn() {
    now_ += Options().interval;
    time_.Set(now_);
    timers_.CallDue();
  }

  absl::Status collector_;
  std::vector<std::string> bodies_;
  log::CapturedLog log_;
  std::unique_ptr<Tracer> tracer_ =
      std::make_unique<Tracer>(Options(), [this](const std::string& body) { return Send(body); });
};

TEST_F(TracerTest, ExportsInTurnsAndNotMoreAtOnceThanAsked) {
  tracer_->Add(SpanNamed("a"));
  EXPECT_THAT(bodies_, SizeIs(0));
  NextTurn();
  EXPECT_THAT(bodies_, ElementsAre(HasSubstr(R"("name":"a")")));
  for (const char* name : {"b", "c", "d"}) tracer_->Add(SpanNamed(name));
  NextTurn();
  ASSERT_THAT(bodies_, SizeIs(3));
  EXPECT_THAT(bodies_[1], HasSubstr(R"("name":"c")"));
  EXPECT_THAT(bodies_[2], HasSubstr(R"("name":"d")"));
  EXPECT_EQ(tracer_->figures().exported, 4U);
}

TEST_F(TracerTest, AFullRequestDoesNotWaitForItsTurn) {
  tracer_->Add(SpanNamed("a"));
  timers_.CallDue();
  EXPECT_THAT(bodies_, SizeIs(0));
  tracer_->Add(SpanNamed("b"));
  timers_.CallDue();
  EXPECT_THAT(bodies_, SizeIs(1));
}

TEST_F(TracerTest, WithoutACollectorSpansAreDroppedCountedAndSaidOnce) {
  collector_ = absl::UnavailableError("Connection refused");
  for (int turn = 0; turn < 3; ++turn) {
    for (int i = 0; i < 7; ++i) tracer_->Add(SpanNamed("a"));
    NextTurn();
  }
  // Each turn tries with one request.
  EXPECT_THAT(bodies_, SizeIs(3));
  EXPECT_EQ(tracer_->figures().failed, 6U);
  EXPECT_EQ(tracer_->figures().dropped, 21U - 6U - 3U);
  EXPECT_EQ(tracer_->figures().exported, 0U);
  tracer_.reset();
  // Nothing was tried again.
  EXPECT_THAT(bodies_, SizeIs(3));
  const auto lines = log_.Lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines[0], HasSubstr("traces cannot be exported"));
  EXPECT_THAT(lines[0], HasSubstr("Connection refused"));
}

TEST_F(TracerTest, AtTheEndExportsWhatIsLeft) {
  for (const char* name : {"a", "b", "c"}) tracer_->Add(SpanNamed(name));
  tracer_.reset();
  EXPECT_THAT(bodies_, SizeIs(2));
}

TEST(ToCollectorTest, SaysThatNobodyListens) {
  const testing::LoopbackPort port;
  const Tracer::SendFunction send = ToCollector({"127.0.0.1", port.number()});
  EXPECT_THAT(std::string(send("{}").message()), HasSubstr("refused"));
}

}  // namespace
}  // namespace dino::trace
