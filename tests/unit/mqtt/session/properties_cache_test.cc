#include "server/mqtt/session/properties_cache.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::RecordingBatch;

class PropertiesCacheTest : public ::testing::Test {
 protected:
  PropertiesCacheTest() { options_.expires_at = now_ + seconds(100); }

  const Clock::time_point now_ = Clock::now();
  PublishOptions options_ = RecordingBatch::Options();
  PropertiesCache cache_;
};

TEST_F(PropertiesCacheTest, TheExpiryIsWhatIsLeftRoundedUpAndAtLeastASecond) {
  const RecordingBatch batch("a", {"1"}, options_);
  EXPECT_EQ(cache_.For(batch, now_).expiry(), seconds(100));
  EXPECT_EQ(cache_.For(batch, now_ + milliseconds(1)).expiry(), seconds(100));
  EXPECT_EQ(cache_.For(batch, now_ + seconds(1)).expiry(), seconds(99));
  EXPECT_EQ(cache_.For(batch, now_ + seconds(100)).expiry(), seconds(1));
}

TEST_F(PropertiesCacheTest, PublicationsOfABatchShareTheirProperties) {
  const RecordingBatch batch("a", {"1"}, options_);
  const auto* first = cache_.For(batch, now_).wire().data();
  EXPECT_EQ(cache_.For(batch, now_ + milliseconds(1)).wire().data(), first);
}

TEST_F(PropertiesCacheTest, AnotherBatchHasItsOwn) {
  const RecordingBatch first("a", {"1"}, options_);
  options_.content_type = "text/plain; charset=utf-8";
  const RecordingBatch second("b", {"1"}, options_);
  const std::size_t size = cache_.For(first, now_).size();
  EXPECT_EQ(cache_.For(second, now_).size(), size + 9);
}

}  // namespace
}  // namespace dino::mqtt
