#include "server/api/event_results.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>

#include "dino/events/v1/delivery.pb.h"
#include "server/api/errors.h"

namespace dino::api {
namespace {

using ::testing::Contains;
using ::testing::IsSubsetOf;

TEST(EventResultsTest, AnErrorGoesByWhatTheCallerIsTold) {
  EXPECT_EQ(ResultOf(ShuttingDown()), "SHUTTING_DOWN");
  EXPECT_EQ(ResultOf(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "")), "DEADLINE_EXCEEDED");
  EXPECT_EQ(ResultOf(grpc::Status::CANCELLED), "CANCELLED");
  EXPECT_EQ(ResultOf(grpc::Status(grpc::StatusCode::INTERNAL, "a surprise")), "UNKNOWN");
}

// A new reason must be added to the names, or be known to end no event.
TEST(EventResultsTest, EveryReasonOfTheApiHasItsSeries) {
  const EventMeter::Names names = EventNames();
  EXPECT_EQ(names.results.front(), "OK");
  EXPECT_EQ(names.results.back(), "UNKNOWN");
  EXPECT_THAT(names.reasons, IsSubsetOf(names.results));
  const auto& reasons = *dino::events::v1::ErrorReason_descriptor();
  for (int i = 0; i < reasons.value_count(); ++i) {
    const std::string name(reasons.value(i)->name());
    if (name == "ERROR_REASON_UNSPECIFIED" || name == "CONNECTION_AGE") continue;
    EXPECT_THAT(names.results, Contains(name));
  }
}

TEST(EventResultsTest, EveryFailureOfARecipientIsAReason) {
  const EventMeter::Names names = EventNames();
  for (std::size_t i = 1; i < fanout::kFailures; ++i) {
    EXPECT_THAT(names.reasons, Contains(ResultOf(static_cast<fanout::Failure>(i)))) << i;
  }
}

}  // namespace
}  // namespace dino::api
