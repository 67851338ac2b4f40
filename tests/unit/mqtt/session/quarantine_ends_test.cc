// Publications that leave a quarantine before the broker's verdict is known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <thread>

#include "server/base/clock.h"
#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/recording_batch.h"
#include "tests/support/process/patience.h"

namespace dino::mqtt {
namespace {

using testing::AutomaticBroker;
using ::testing::Each;
using testing::RecordingBatch;

TEST(QuarantineEndsTest, WhatIsGivenUpBeforeTheVerdictIsConvictedAllTheSame) {
  AutomaticBroker broker;
  // Twice beside others, and once when it is alone.
  constexpr std::size_t kEnds = 3;
  broker.EndOn([count = std::size_t{0}](const testing::Publish& /*publish*/) mutable {
    return ++count <= kEnds ? std::optional(AutomaticBroker::End()) : std::nullopt;
  });
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", broker.port()}};
  options.sessions = 2;
  SessionPool pool(options);
  pool.Start();
  broker.WaitForSessions(2);

  const auto stopped = RecordingBatch::ForSession(0, "e", {"poison"});
  pool.Publish(stopped);
  const Clock::time_point deadline = Clock::now() + testing::kPatience;
  while (broker.ended_count() < kEnds && Clock::now() < deadline) std::this_thread::yield();
  // There is the witness, and no more the connection for what is sent alone.
  broker.WaitForSessions(3);
  pool.Stop(stopped);
  ASSERT_TRUE(stopped->WaitForEnd());
  const PublicationOutcome outcome = stopped->publication_outcomes().front();
  EXPECT_EQ(outcome.outcome, Outcome::kUnknown);
  EXPECT_FALSE(outcome.unreachable);

  const auto next = RecordingBatch::ForSession(0, "e", {"poison"});
  pool.Publish(next);
  ASSERT_TRUE(next->WaitForEnd());
  EXPECT_THAT(next->outcomes(), Each(Outcome::kAcknowledged));
  EXPECT_EQ(pool.confined_topics(0), 1U) << "what was only suspect is none after an answer";
}

}  // namespace
}  // namespace dino::mqtt
