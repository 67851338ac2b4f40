#include "server/fanout/traced_batch.h"

#include "server/fanout/keyed_publisher.h"
#include "tests/unit/fanout/direct_publisher_fixture.h"

namespace dino::fanout {
namespace {

// `FakePublisher` has two brokers, to which its four sessions belong in turn.
class TracedBatchTest : public DirectPublisherTest {
 protected:
  static Event TracedEvent() {
    std::vector<std::int64_t> users(100);
    std::iota(users.begin(), users.end(), 1);
    Event event = EventFor(users);
    event.traced = true;
    return event;
  }

  std::uint32_t PublicationsOf(const EventBatch& batch, std::uint32_t parity) {
    std::uint32_t count = 0;
    for (const mqtt::Chunk& chunk : const_cast<EventBatch&>(batch).chunks()) {
      if (chunk.session % 2 == parity) count += chunk.count;
    }
    return count;
  }
};

TEST_F(TracedBatchTest, SaysWhatEachBrokerDid) {
  const auto batch = Publish(TracedEvent());
  const std::uint32_t even = PublicationsOf(*batch, 0);
  const std::uint32_t odd = PublicationsOf(*batch, 1);
  publisher_.End(batch, Acknowledged());
  ASSERT_EQ(shares_.size(), 2U);
  EXPECT_EQ(shares_[0].broker, "even:1883");
  EXPECT_EQ(shares_[0].publications, even);
  EXPECT_EQ(shares_[0].acknowledged, even);
  EXPECT_EQ(shares_[1].broker, "odd:1883");
  EXPECT_EQ(shares_[1].publications, odd);
  EXPECT_EQ(shares_[1].reason_code, 0);
  for (const BrokerShare& share : shares_) EXPECT_LE(share.from, share.until);
  EXPECT_EQ(summary_.acknowledged_count, 100U);
}

TEST_F(TracedBatchTest, HasTheCodeOfAFailure) {
  publisher_.End(Publish(TracedEvent()), Rejected(0x87));
  ASSERT_EQ(shares_.size(), 2U);
  EXPECT_EQ(shares_[0].acknowledged, 0U);
  EXPECT_EQ(shares_[0].reason_code, 0x87);
}

TEST_F(TracedBatchTest, OthersSayNothing) {
  Event event = TracedEvent();
  event.traced = false;
  publisher_.End(Publish(std::move(event)), Acknowledged());
  EXPECT_EQ(done_count_, 1);
  EXPECT_TRUE(shares_.empty());
}

TEST_F(TracedBatchTest, AKeyedEventIsTracedToo) {
  KeyedPublisher keyed(direct_, direct_.admission(), {});
  publisher_.AcknowledgeAtOnce();
  Event event = TracedEvent();
  event.id = EventIdOf("chat", "key");
  event.keyed = true;
  std::size_t shares = 0;
  const auto published =
      keyed.Publish(std::move(event), [&shares](const EventPublisher::Result& result) {
        shares = std::get<CallResult>(result).shares.size();
      });
  EXPECT_EQ(shares, 2U);
}

}  // namespace
}  // namespace dino::fanout
