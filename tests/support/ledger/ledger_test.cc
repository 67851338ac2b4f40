#include "tests/support/ledger/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace dino::testing {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::int64_t kUser = 100;
constexpr seconds kDeadline{5};

struct CopySpec {
  std::uint32_t number;
  bool sent_again = false;
};

struct Expected {
  std::size_t missing = 0;
  std::size_t order_breaks = 0;
  std::size_t excess_duplicates = 0;
  std::size_t unasked = 0;
  std::size_t duplicates = 0;
  std::size_t late_copies = 0;
};

// What one caller with one user was answered, what the user received, and what that comes to.
struct History {
  std::string name;
  std::vector<Answer> answers;
  std::vector<CopySpec> copies;
  // Of each connection that was lost, the last event.
  std::vector<std::uint32_t> lost;
  Expected expected;
};

std::string EventId(std::uint32_t number) { return "id-" + std::to_string(number); }

constexpr Clock::time_point kNow{seconds(1000)};

CallEnd EndBy(Answer answer, const std::string& event_id = "") {
  return {answer, kNow, kDeadline, event_id, {}};
}

void Call(Ledger& ledger, std::size_t caller, Answer answer) {
  const std::uint32_t number = ledger.Begin(caller, kNow);
  ledger.End(caller, EndBy(answer, answer == Answer::kOk ? EventId(number) : ""));
}

class LedgerHistoryTest : public ::testing::TestWithParam<History> {};

TEST_P(LedgerHistoryTest, FindsWhatIsWrongAndNothingElse) {
  const History& history = GetParam();
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  for (const Answer answer : history.answers) Call(ledger, caller, answer);
  for (const CopySpec& copy : history.copies) {
    ledger.Received(kUser, caller, copy.number, EventId(copy.number), copy.sent_again);
  }
  for (std::size_t i = 0; i < history.lost.size(); ++i) {
    ledger.Carried(i, kUser, caller, history.lost[i]);
    ledger.Lost(i);
  }
  const Findings findings = ledger.Check();

  EXPECT_EQ(findings.missing, history.expected.missing);
  EXPECT_EQ(findings.order_breaks, history.expected.order_breaks);
  EXPECT_EQ(findings.excess_duplicates, history.expected.excess_duplicates);
  EXPECT_EQ(findings.unasked, history.expected.unasked);
  EXPECT_EQ(findings.duplicates, history.expected.duplicates);
  EXPECT_EQ(findings.late_copies, history.expected.late_copies);
  EXPECT_EQ(findings.late_answers, 0U);
  EXPECT_EQ(findings.changed_ids, 0U);
  const Expected& expected = history.expected;
  const bool fine =
      expected.missing + expected.order_breaks + expected.excess_duplicates + expected.unasked == 0;
  EXPECT_EQ(findings.ok(), fine);
  EXPECT_EQ(findings.examples.empty(), fine);
}

Expected Missing(std::size_t count) {
  Expected expected;
  expected.missing = count;
  return expected;
}

Expected OrderBreaks(std::size_t count) {
  Expected expected;
  expected.order_breaks = count;
  return expected;
}

Expected Unasked() {
  Expected expected;
  expected.unasked = 1;
  return expected;
}

Expected Duplicates(std::size_t count, std::size_t excess) {
  Expected expected;
  expected.duplicates = count;
  expected.excess_duplicates = excess;
  return expected;
}

Expected LateCopies(std::size_t count) {
  Expected expected;
  expected.late_copies = count;
  return expected;
}

constexpr Answer kOk = Answer::kOk;
constexpr Answer kFailed = Answer::kFailed;
constexpr Answer kUnheard = Answer::kUnheard;
constexpr Answer kRefused = Answer::kRefused;

INSTANTIATE_TEST_SUITE_P(
    Histories, LedgerHistoryTest,
    ::testing::Values(
        History{"Nothing", {}, {}, {}, {}},
        History{"AllInOrder", {kOk, kOk, kOk}, {{0}, {1}, {2}}, {}, {}},
        History{"FirstMissing", {kOk, kOk}, {{1}}, {}, Missing(1)},
        History{"AllMissing", {kOk, kOk}, {}, {0, 0, 1, 1}, Missing(2)},
        History{"Swapped", {kOk, kOk, kOk}, {{1}, {0}, {2}}, {}, OrderBreaks(1)},
        History{"TwoBehindAThird", {kOk, kOk, kOk}, {{2}, {0}, {1}}, {}, OrderBreaks(2)},
        History{"FailedMissing", {kFailed, kUnheard, kRefused, kOk}, {{3}}, {}, {}},
        History{"FailedInOrder", {kFailed, kUnheard, kOk}, {{0}, {1}, {2}}, {}, {}},
        History{"FailedBehindALaterOne", {kFailed, kOk}, {{1}, {0}}, {}, OrderBreaks(1)},
        History{"UnheardBehindALaterOne", {kUnheard, kOk}, {{1}, {0}}, {}, LateCopies(1)},
        History{"UnheardDoubled", {kUnheard}, {{0}, {0}}, {}, Duplicates(1, 1)},
        History{"OkBehindAnUnheardOne", {kOk, kUnheard}, {{1}, {0}}, {}, OrderBreaks(1)},
        History{"Refused", {kRefused, kOk}, {{0}, {1}}, {}, Unasked()},
        History{"NeverCalled", {kOk}, {{0}, {1}}, {}, Unasked()},
        History{"Doubled", {kOk, kOk}, {{0}, {0}, {1}}, {}, Duplicates(1, 1)},
        History{
            "DoubledAsOftenAsAllowed", {kOk, kOk}, {{0}, {0}, {1}, {1}}, {0, 1}, Duplicates(2, 0)},
        History{"DoubledByALossOfAnother", {kOk, kOk}, {{0}, {0}, {1}}, {1}, Duplicates(1, 1)},
        History{"DoubledMoreOften", {kOk}, {{0}, {0}, {0}, {0}}, {0, 0}, Duplicates(3, 1)},
        History{"CopyBehindALaterOne", {kOk, kOk}, {{0}, {1}, {0}}, {0}, Duplicates(1, 0)},
        History{"SentAgainByTheBroker", {kOk}, {{0}, {0, true}, {0, true}}, {}, {}},
        History{"ReceivedOnlyWhenSentAgain", {kOk}, {{0, true}}, {}, {}}),
    [](const auto& test) { return test.param.name; });

TEST(LedgerTest, ChecksEachUserAlone) {
  Ledger ledger;
  const std::size_t first = ledger.AddCaller(kUser, 2);
  const std::size_t second = ledger.AddCaller(kUser + 2, 1);
  for (const std::size_t caller : {first, second, first}) Call(ledger, caller, kOk);
  ledger.Received(kUser + 1, first, 1, EventId(1), false);
  ledger.Received(kUser + 2, second, 0, EventId(0), false);
  ledger.Received(kUser + 1, first, 0, EventId(0), false);
  ledger.Received(kUser, first, 0, EventId(0), false);
  const Findings findings = ledger.Check();

  EXPECT_EQ(findings.acknowledged, 5U);
  EXPECT_EQ(findings.calls, 3U);
  EXPECT_EQ(findings.missing, 1U);
  EXPECT_EQ(findings.order_breaks, 1U);
  EXPECT_THAT(findings.examples,
              ElementsAre("user 100: event 1 is missing", "user 101: event 0 comes after 1"));
}

TEST(LedgerTest, FindsAnEventForTheUserOfAnotherCaller) {
  Ledger ledger;
  const std::size_t first = ledger.AddCaller(kUser, 1);
  ledger.AddCaller(kUser + 1, 1);
  Call(ledger, first, kFailed);
  ledger.Received(kUser + 1, first, 0, EventId(0), false);
  EXPECT_EQ(ledger.Check().unasked, 1U);
}

TEST(LedgerTest, FindsCopiesUnderAnotherEventId) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  Call(ledger, caller, kOk);
  Call(ledger, caller, kUnheard);
  ledger.Received(kUser, caller, 0, "other than the answer's", false);
  ledger.Received(kUser, caller, 1, "a", false);
  ledger.Received(kUser, caller, 1, "b", true);
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.changed_ids, 2U);
  EXPECT_FALSE(findings.ok());
}

TEST(LedgerTest, FindsAnswersThatNameDifferentEventIds) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  ledger.Begin(caller, kNow);
  ledger.End(caller, EndBy(kFailed, "a"));
  ledger.Repeat(caller, kNow);
  ledger.End(caller, EndBy(kOk, "b"));
  ledger.Received(kUser, caller, 0, "b", false);
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.changed_ids, 1U);
  EXPECT_THAT(findings.examples, ElementsAre("caller 0: an answer names another event id"));
}

TEST(LedgerTest, SaysWhichMissingEventsTheBrokerHadAcknowledged) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 2);
  for (const Answer answer : {kOk, kOk, kFailed}) Call(ledger, caller, answer);
  ledger.BrokerAcknowledged(kUser, caller, 0);
  ledger.BrokerAcknowledged(kUser, caller, 1);
  ledger.BrokerAcknowledged(kUser, caller, 2);
  ledger.BrokerAcknowledged(kUser + 2, caller, 0);
  ledger.BrokerAcknowledged(kUser, caller + 1, 0);
  ledger.Received(kUser, caller, 1, EventId(1), false);
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.missing, 3U);
  EXPECT_EQ(findings.lost_by_broker, 1U);
}

TEST(LedgerTest, CountsSuccessesOfACaller) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 3);
  for (const Answer answer : {kOk, kFailed, kOk}) Call(ledger, caller, answer);
  EXPECT_EQ(ledger.successes(caller), 2U);
  EXPECT_EQ(ledger.acknowledged(), 6U);
}

TEST(LedgerTest, ListsOnlyTheFirstExamples) {
  Ledger ledger;
  const std::size_t caller = ledger.AddCaller(kUser, 1);
  for (int i = 0; i < 100; ++i) Call(ledger, caller, kOk);
  const Findings findings = ledger.Check();
  EXPECT_EQ(findings.missing, 100U);
  EXPECT_THAT(findings.examples, SizeIs(20));
}

}  // namespace
}  // namespace dino::testing
