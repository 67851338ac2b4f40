// What the outcomes of its publications mean for an event.
#include "tests/unit/fanout/direct_publisher_fixture.h"

namespace dino::fanout {
namespace {

using mqtt::Outcome;
using mqtt::PublicationOutcome;

TEST_F(DirectPublisherTest, CountsAcknowledgedRecipientsAndThoseWithoutSubscriber) {
  const ResultSummary summary = EndWith({Acknowledged(), Acknowledged(0x10), Acknowledged()});
  EXPECT_EQ(summary.failure, Failure::kNone);
  EXPECT_EQ(summary.acknowledged_count, 3U);
  EXPECT_EQ(summary.no_subscriber_count, 1U);
}

struct FailureCase {
  const char* name;
  std::vector<PublicationOutcome> outcomes;
  Failure failure;
  std::uint8_t reason_code;
};

TEST_F(DirectPublisherTest, TheWorstOutcomeMakesTheFailure) {
  const PublicationOutcome time_up{Outcome::kUnknown, 0, false};
  const PublicationOutcome unreachable{Outcome::kNotSent, 0, true};
  const std::vector<FailureCase> cases = {
      {"one without answer", {Acknowledged(), time_up}, Failure::kTimeUp, 0},
      {"one unreachable", {Acknowledged(), time_up, unreachable}, Failure::kUnreachable, 0},
      {"unspecified error", {Acknowledged(), Rejected(0x80)}, Failure::kBusy, 0x80},
      {"implementation specific", {Rejected(0x83), Acknowledged()}, Failure::kBusy, 0x83},
      {"quota", {unreachable, Rejected(0x97), time_up}, Failure::kBusy, 0x97},
      {"not authorized", {Rejected(0x97), Rejected(0x87)}, Failure::kNotAuthorized, 0x87},
      {"other code", {Rejected(0x87), Rejected(0x90), time_up}, Failure::kRefused, 0x90},
      {"the first of two alike", {Rejected(0x90), Rejected(0x99)}, Failure::kRefused, 0x90},
      {"unknown code", {Acknowledged(), Rejected(0xEE)}, Failure::kRefused, 0xEE},
      {"limit", {Rejected(0x90), {Outcome::kNotSent, 0x95, false}}, Failure::kLimit, 0x95},
      {"limit when sent again", {{Outcome::kUnknown, 0x9B, false}}, Failure::kLimit, 0x9B},
      {"refused with a limit's code", {Rejected(0x95)}, Failure::kRefused, 0x95},
      {"refused when sent again", {{Outcome::kUnknown, 0x97, false}}, Failure::kBusy, 0x97},
  };
  for (const FailureCase& c : cases) {
    SCOPED_TRACE(c.name);
    const ResultSummary summary = EndWith(c.outcomes);
    EXPECT_EQ(summary.failure, c.failure);
    EXPECT_EQ(summary.reason_code, c.reason_code);
  }
}

}  // namespace
}  // namespace dino::fanout
