// Calls that end late, and events of several calls with one key.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/ledger/ledger.h"

namespace dino::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kUser = 100;
constexpr Clock::time_point kNow{std::chrono::seconds(1000)};
constexpr milliseconds kAllowed{100};

// How one call of an event ended: the result, and the outcome of the only user.
struct CallSpec {
  Answer answer;
  std::vector<Fate> fates = {};
};

const CallSpec kOk{Answer::kOk};
const CallSpec kRefused{Answer::kRefused};
const CallSpec kUnheard{Answer::kUnheard};
const CallSpec kVague{Answer::kFailed};
const CallSpec kUnknown{Answer::kFailed, {Fate::kUnknown}};
const CallSpec kNotSent{Answer::kFailed, {Fate::kNotSent}};
const CallSpec kAcknowledged{Answer::kFailed, {Fate::kAcknowledged}};

struct Expected {
  std::size_t missing = 0;
  std::size_t unasked = 0;
  std::size_t duplicates = 0;
  std::size_t repeat_duplicates = 0;
  std::size_t excess_duplicates = 0;
};

// The calls of one event with one user, how many copies the user received, and what that
// comes to.
struct RepeatedEvent {
  std::string name;
  std::vector<CallSpec> calls;
  std::size_t copies;
  std::size_t lost_connections;
  Expected expected;
};

// Adds an event whose calls begin and end at one time, or over an interval.
void Add(Ledger& ledger, std::size_t caller, const std::vector<CallSpec>& calls,
         Clock::time_point begin = kNow, Clock::duration length = {}) {
  ledger.Begin(caller, begin);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) ledger.Repeat(caller, begin + length);
    ledger.End(caller, {calls[i].answer, begin + length, kAllowed, "", calls[i].fates});
  }
}

class LedgerRepeatTest : public ::testing::TestWithParam<RepeatedEvent> {};

TEST_P(LedgerRepeatTest, FindsWhatIsWrongAndNothingElse) {
  const RepeatedEvent& event = GetParam();
  const Expected& expected = event.expected;
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Add(ledger, caller, event.calls);
  for (std::size_t i = 0; i < event.copies; ++i) ledger.Received(kUser, caller, 0, "id", false);
  for (std::size_t i = 0; i < event.lost_connections; ++i) {
    ledger.Carried(i, kUser, caller, 0);
    ledger.Lost(i);
  }
  const Findings findings = ledger.Check();

  EXPECT_EQ(findings.missing, expected.missing);
  EXPECT_EQ(findings.unasked, expected.unasked);
  EXPECT_EQ(findings.duplicates, expected.duplicates);
  EXPECT_EQ(findings.repeat_duplicates, expected.repeat_duplicates);
  EXPECT_EQ(findings.excess_duplicates, expected.excess_duplicates);
  EXPECT_EQ(findings.order_breaks + findings.late_answers + findings.changed_ids, 0U);
  EXPECT_EQ(findings.events, 1U);
  EXPECT_EQ(findings.calls, event.calls.size());
  const bool fine = expected.missing + expected.unasked + expected.excess_duplicates == 0;
  EXPECT_EQ(findings.ok(), fine);
  EXPECT_EQ(findings.examples.empty(), fine);
}

Expected Missing() { return {1, 0, 0, 0, 0}; }

Expected Unasked() { return {0, 1, 0, 0, 0}; }

Expected Duplicates(std::size_t count, std::size_t by_repeat, std::size_t excess) {
  return {0, 0, count, by_repeat, excess};
}

INSTANTIATE_TEST_SUITE_P(
    Events, LedgerRepeatTest,
    ::testing::Values(
        RepeatedEvent{"CompletedByTheSecondCall", {kUnknown, kOk}, 1, 0, {}},
        RepeatedEvent{"MissingThoughCompleted", {kUnknown, kOk}, 0, 0, Missing()},
        RepeatedEvent{"PublishedByBothCalls", {kUnknown, kOk}, 2, 0, Duplicates(1, 1, 0)},
        RepeatedEvent{"PublishedOnceMore", {kUnknown, kOk}, 3, 0, Duplicates(2, 1, 1)},
        RepeatedEvent{"PublishedAfterALoss", {kUnknown, kOk}, 3, 1, Duplicates(2, 1, 0)},
        RepeatedEvent{
            "PublishedByEachCall", {kUnknown, kUnheard, kVague, kOk}, 4, 0, Duplicates(3, 3, 0)},
        RepeatedEvent{"NotCompleted", {kUnknown, kUnheard}, 0, 0, {}},
        RepeatedEvent{"NotCompletedYetDoubled", {kUnknown, kUnheard}, 3, 0, Duplicates(2, 1, 1)},
        RepeatedEvent{"AgainThoughAcknowledged", {kAcknowledged, kOk}, 2, 0, Duplicates(1, 0, 1)},
        RepeatedEvent{"OnceThoughNotAllCallsSent", {kNotSent, kOk}, 2, 0, Duplicates(1, 0, 1)},
        RepeatedEvent{"OnceThoughRefusedBefore", {kRefused, kOk}, 2, 0, Duplicates(1, 0, 1)},
        RepeatedEvent{"RefusedInTheEnd", {kUnknown, kRefused}, 1, 0, {}},
        RepeatedEvent{"RefusedYetPublished", {kUnknown, kRefused}, 2, 0, Duplicates(1, 0, 1)},
        RepeatedEvent{"RefusedAlways", {kRefused, kRefused}, 1, 0, Unasked()},
        RepeatedEvent{"RefusedAndUnsent", {kRefused, kNotSent}, 1, 0, Unasked()},
        RepeatedEvent{"UnsentYetReceived", {kNotSent}, 1, 0, Unasked()},
        RepeatedEvent{"UnsentAndMissing", {kNotSent}, 0, 0, {}},
        RepeatedEvent{"AcknowledgedYetMissing", {kAcknowledged}, 0, 0, Missing()},
        RepeatedEvent{"AcknowledgedOnceYetMissing", {kAcknowledged, kUnheard}, 0, 0, Missing()}),
    [](const auto& test) { return test.param.name; });

TEST(LedgerCallsTest, TheNextEventFollowsAllCallsOfThePreviousOne) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Add(ledger, caller, {kUnheard, kOk});
  Add(ledger, caller, {kOk});
  ledger.Received(kUser, caller, 1, "b", false);
  ledger.Received(kUser, caller, 0, "a", false);
  EXPECT_EQ(ledger.Check().order_breaks, 1U);
}

TEST(LedgerCallsTest, ACopyOfARepeatedCallMayFollowALaterEvent) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Add(ledger, caller, {kUnknown, kOk});
  Add(ledger, caller, {kOk});
  for (const std::uint32_t number : {0U, 1U, 0U}) {
    ledger.Received(kUser, caller, number, std::to_string(number), false);
  }
  EXPECT_TRUE(ledger.Check().ok());
}

TEST(LedgerCallsTest, CountsRepeatedCalls) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Add(ledger, caller, {kOk});
  Add(ledger, caller, {kUnknown, kUnheard, kOk});
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.events, 2U);
  EXPECT_EQ(findings.calls, 4U);
  EXPECT_EQ(findings.repeated_calls, 2U);
  EXPECT_EQ(findings.completed_by_repeat, 1U);
}

// When a call was due, and when it ended.
struct Timing {
  std::string name;
  Answer answer;
  milliseconds allowed;
  milliseconds elapsed;
  std::size_t late_answers;
};

class LedgerTimingTest : public ::testing::TestWithParam<Timing> {};

TEST_P(LedgerTimingTest, FindsAnAnswerMoreThanASecondLate) {
  const Timing& timing = GetParam();
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  ledger.Begin(caller, kNow);
  ledger.End(caller, {timing.answer, kNow + timing.elapsed, timing.allowed, "", {}});
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.late_answers, timing.late_answers);
  EXPECT_EQ(findings.most_late, std::max(timing.elapsed - timing.allowed, milliseconds(0)));
}

INSTANTIATE_TEST_SUITE_P(
    Timings, LedgerTimingTest,
    ::testing::Values(
        Timing{"InTime", Answer::kUnheard, milliseconds(50), milliseconds(40), 0},
        Timing{"ALittleLate", Answer::kUnheard, milliseconds(50), milliseconds(1050), 0},
        Timing{"TooLate", Answer::kUnheard, milliseconds(50), milliseconds(1051), 1},
        Timing{"AnsweredTooLate", Answer::kFailed, milliseconds(500), milliseconds(1501), 1},
        Timing{"CancelledAtOnceTooLate", Answer::kUnheard, milliseconds(0), milliseconds(1001), 1}),
    [](const auto& test) { return test.param.name; });

TEST(LedgerCallsTest, TheDeadlineCountsFromTheRepeatedCall) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  ledger.Begin(caller, kNow);
  ledger.End(caller, {Answer::kUnheard, kNow + kAllowed, kAllowed, "", {}});
  ledger.Repeat(caller, kNow + 100 * kAllowed);
  ledger.End(caller, {Answer::kUnheard, kNow + 101 * kAllowed, kAllowed, "", {}});
  EXPECT_EQ(ledger.Check().late_answers, 0U);
}

// A user with two events, each received twice, and connections that carried them.
class LedgerLossTest : public ::testing::Test {
 protected:
  LedgerLossTest() {
    for (std::uint32_t number = 0; number < 2; ++number) {
      Add(ledger_, caller_, {kOk});
      for (int i = 0; i < 2; ++i) ledger_.Received(kUser, caller_, number, "id", false);
    }
  }

  void Carry(std::uint64_t connection, std::uint32_t number) {
    ledger_.Carried(connection, kUser, caller_, number);
  }

  std::size_t Excess() const {
    const Findings findings = ledger_.Check();
    EXPECT_EQ(findings.duplicates, 2U);
    EXPECT_EQ(findings.examples.size(), findings.excess_duplicates);
    return findings.excess_duplicates;
  }

  Ledger ledger_;
  const std::size_t caller_ = ledger_.AddCaller(kUser, 1);
};

TEST_F(LedgerLossTest, AnOpenConnectionAllowsNoCopy) {
  Carry(1, 0);
  Carry(2, 1);
  EXPECT_EQ(Excess(), 2U);
}

TEST_F(LedgerLossTest, ALostOneAllowsACopyOfItsLastEvent) {
  Carry(1, 0);
  Carry(2, 1);
  ledger_.Lost(2);
  EXPECT_EQ(Excess(), 1U);
  ledger_.Lost(1);
  EXPECT_EQ(Excess(), 0U);
}

TEST_F(LedgerLossTest, ButOfNoneBeforeIt) {
  Carry(1, 0);
  Carry(1, 1);
  ledger_.Lost(1);
  EXPECT_EQ(Excess(), 1U);
}

TEST_F(LedgerLossTest, AndOnlyOne) {
  ledger_.Received(kUser, caller_, 0, "id", false);
  Carry(1, 0);
  Carry(1, 0);
  ledger_.Lost(1);
  ledger_.Lost(1);
  EXPECT_EQ(ledger_.Check().excess_duplicates, 2U);
}

TEST_F(LedgerLossTest, OrNoneIfItCarriedAnotherUsers) {
  ledger_.Carried(1, kUser + 1, caller_, 0);
  ledger_.Carried(2, kUser, caller_ + 1, 0);
  ledger_.Carried(3, kUser, caller_, 2);
  for (const std::uint64_t connection : {1U, 2U, 3U, 4U}) ledger_.Lost(connection);
  EXPECT_EQ(Excess(), 2U);
}

TEST(LedgerCallsTest, FindsACallThatNeverEnded) {
  Ledger ledger;
  ledger.Begin(ledger.AddCaller(kUser, 1), kNow);
  EXPECT_EQ(ledger.Check().late_answers, 1U);
}

TEST(LedgerCallsTest, FindsARepeatedCallThatNeverEnded) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Add(ledger, caller, {kUnknown});
  ledger.Repeat(caller, kNow);
  EXPECT_EQ(ledger.Check().late_answers, 1U);
}

}  // namespace
}  // namespace dino::testing
