// What callers whom nobody knows write into the log.
#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/batch_call.h"
#include "server/api/open_streams.h"
#include "server/api/publish_stream.h"
#include "tests/unit/api/known_callers_context.h"
#include "tests/unit/grpc/unsent_call.h"
#include "tests/unit/log/captured_log.h"

namespace dino::api {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

// Has no key, and says that its trace is recorded.
class StrangersCall final : public transport::UnsentCall {
 public:
  transport::MetadataValues Metadata(std::string_view key) const override {
    transport::MetadataValues values;
    if (key == "traceparent") {
      values.emplace_back("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }
    return values;
  }
  void NoteKnown() override { ADD_FAILURE() << "nobody knows it"; }
  void Read() override { ADD_FAILURE() << "its body is asked for"; }
  void Reject(const grpc::Status& status,
              std::optional<std::chrono::milliseconds> /*retry_after*/) override {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
};

class StrangersLogTest : public KnownCallersContext {
 protected:
  static constexpr std::size_t kCalls = 100;

  // One line a second, on a slow machine too.
  void ExpectFewLines() {
    const std::vector<std::string> lines = captured_.Lines();
    EXPECT_GT(lines.size(), 0U);
    EXPECT_LT(lines.size(), kCalls / 5);
    EXPECT_THAT(lines, Each(HasSubstr("UNKNOWN_CALLER")));
  }

  log::CapturedLog captured_;
  OpenStreams open_streams_{shared_};
};

TEST_F(StrangersLogTest, CallsWhileTheServerDrainsDoNotFillIt) {
  shared_.draining = true;
  for (std::size_t i = 0; i < kCalls; ++i) {
    StrangersCall call;
    BatchCall batch(shared_, call);
    batch.OnBegin();
    batch.OnFinished(true);
  }
  ExpectFewLines();
}

TEST_F(StrangersLogTest, StreamsThatAreCancelledDoNotFillIt) {
  for (std::size_t i = 0; i < kCalls; ++i) {
    StrangersCall call;
    PublishStream stream(shared_, open_streams_, call);
    stream.OnBegin();
    stream.OnCancelled();
    stream.OnFinished(false);
  }
  ExpectFewLines();
}

}  // namespace
}  // namespace dino::api
