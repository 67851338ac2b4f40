// A quarantine that does not get its connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "server/mqtt/session/session_pool.h"
#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using testing::AutomaticBroker;
using ::testing::Each;
using ::testing::HasSubstr;
using testing::RecordingBatch;

TEST(QuarantineFailureTest, IsKnownUntilTheConnectionCanBeHad) {
  AutomaticBroker broker;
  // Each topic is suspect, and then innocent.
  const auto ended = std::make_shared<std::map<std::string, int>>();
  broker.EndOn([ended](const testing::Publish& publish) {
    return ++(*ended)[publish.topic] <= 2 ? std::optional(AutomaticBroker::End()) : std::nullopt;
  });
  SessionPoolOptions options;
  options.brokers = {{"127.0.0.1", broker.port()}};
  options.sessions = 2;
  SessionPool pool(options);
  pool.Start();
  broker.WaitForSessions(2);
  const auto publish = [&pool](const std::string& topic) {
    const auto batch = RecordingBatch::ForSession(0, "e", {topic});
    pool.Publish(batch);
    ASSERT_TRUE(batch->WaitForEnd());
    EXPECT_THAT(batch->outcomes(), Each(Outcome::kAcknowledged));
  };
  broker.LimitSessions(2);
  publish("1");
  EXPECT_THAT(pool.Brokers().front().quarantine_error, HasSubstr("0x97"));

  broker.LimitSessions(10);
  publish("2");
  EXPECT_EQ(pool.Brokers().front().quarantine_error, "");
}

}  // namespace
}  // namespace dino::mqtt
