#include "server/fanout/completion_ledger.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "server/fanout/keyed_call.h"

namespace dino::fanout {
namespace {

using std::chrono::seconds;

class CompletionLedgerTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kRecords = 3;
  static constexpr seconds kWindow{10};

  CompletionRecord& Add(const std::string& key) {
    EXPECT_EQ(ledger_.Find(key, now_), nullptr);
    EXPECT_TRUE(ledger_.HasRoom());
    return ledger_.Add(key, Fingerprint{}, 2, run_);
  }
  void AddFinished(const std::string& key) { ledger_.Finish(Add(key), now_); }
  bool Has(const std::string& key) { return ledger_.Find(key, now_) != nullptr; }

  const std::shared_ptr<KeyedRun> run_ =
      std::make_shared<KeyedRun>(KeyedRun{"id", "message", 0, {}, {1, 2}, nullptr, nullptr, {}});
  CompletionLedger ledger_{kRecords, kWindow};
  Clock::time_point now_{seconds(1000)};
};

TEST_F(CompletionLedgerTest, FindsWhatWasAdded) {
  CompletionRecord& record = Add("a");
  record.acknowledgements.Add(1, mqtt::Outcome::kAcknowledged);

  EXPECT_EQ(ledger_.Find("a", now_), &record);
  EXPECT_EQ(ledger_.Find("b", now_), nullptr);
  EXPECT_EQ(record.run, run_);
  ledger_.Finish(record, now_);
  EXPECT_EQ(ledger_.Find("a", now_), &record);
  EXPECT_EQ(record.run, nullptr);
  EXPECT_TRUE(record.acknowledgements.Has(1));
}

TEST_F(CompletionLedgerTest, ForgetsAfterItsWindow) {
  AddFinished("a");
  now_ += kWindow - seconds(1);
  AddFinished("b");
  EXPECT_TRUE(Has("a"));
  now_ += seconds(1);
  EXPECT_FALSE(Has("a"));
  EXPECT_TRUE(Has("b"));
  EXPECT_EQ(ledger_.size(), 1U);
}

TEST_F(CompletionLedgerTest, EachCallRestartsTheWindow) {
  AddFinished("renewed");
  AddFinished("restarted");
  now_ += kWindow - seconds(1);
  ledger_.Renew(*ledger_.Find("renewed", now_), now_);
  CompletionRecord& restarted = *ledger_.Find("restarted", now_);
  ledger_.Restart(restarted, run_);
  EXPECT_EQ(restarted.run, run_);
  ledger_.Finish(restarted, now_);
  now_ += kWindow - seconds(1);
  EXPECT_TRUE(Has("renewed"));
  EXPECT_TRUE(Has("restarted"));
  now_ += seconds(1);
  EXPECT_FALSE(Has("renewed"));
  EXPECT_FALSE(Has("restarted"));
}

TEST_F(CompletionLedgerTest, NeverForgetsARunningCall) {
  Add("a");
  now_ += kWindow * 100;
  EXPECT_TRUE(Has("a"));
}

TEST_F(CompletionLedgerTest, NeverForgetsARepeatedCallInProgress) {
  AddFinished("a");
  ledger_.Restart(*ledger_.Find("a", now_), run_);
  now_ += kWindow * 100;
  EXPECT_TRUE(Has("a"));
}

TEST_F(CompletionLedgerTest, EvictsTheOneThatFinishedFirst) {
  CompletionRecord& a = Add("a");
  AddFinished("b");
  ledger_.Finish(a, now_);
  Add("c");
  Add("d");
  EXPECT_TRUE(Has("a"));
  EXPECT_FALSE(Has("b"));
  Add("e");
  EXPECT_FALSE(Has("a"));
  EXPECT_EQ(ledger_.size(), kRecords);
}

TEST_F(CompletionLedgerTest, ARenewedOneIsEvictedLater) {
  for (const char* key : {"a", "b", "c"}) AddFinished(key);
  ledger_.Renew(*ledger_.Find("a", now_), now_);
  Add("d");
  EXPECT_TRUE(Has("a"));
  EXPECT_FALSE(Has("b"));
}

TEST_F(CompletionLedgerTest, HasNoRoomWhenAllRun) {
  Add("a");
  Add("b");
  CompletionRecord& c = Add("c");
  EXPECT_FALSE(ledger_.HasRoom());
  ledger_.Finish(c, now_);
  EXPECT_TRUE(ledger_.HasRoom());
}

}  // namespace
}  // namespace dino::fanout
