#include "server/auth/callers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/process/patience.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/unit/auth/key_files.h"

namespace dino::auth {
namespace {

using ::testing::HasSubstr;

const std::string kFirstKey = "the-key-of-the-chat";
const std::string kNewKey = "the-new-key-of-the-chat";

class CallersTest : public ::testing::Test {
 protected:
  void Write(const std::vector<std::string>& entries) { WriteKeyFile(file_, entries); }

  void WaitForChange(std::uint64_t generation) {
    const auto deadline = testing::Clock::now() + testing::kPatience;
    while (callers_.generation() == generation && testing::Clock::now() < deadline) {
      std::this_thread::yield();
    }
    EXPECT_NE(callers_.generation(), generation);
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "keys.json";
  Callers callers_{file_, "dev"};
};

TEST_F(CallersTest, FindsCallersByTheirKeys) {
  Write({KeyFileEntry("chat", kFirstKey), KeyFileEntry("push", kNewKey)});
  ASSERT_TRUE(callers_.Start().ok());
  ASSERT_NE(callers_.Find(kFirstKey), nullptr);
  EXPECT_EQ(callers_.Find(kFirstKey)->name(), "chat");
  EXPECT_EQ(callers_.Find(kNewKey)->name(), "push");
  EXPECT_EQ(callers_.Find(kFirstKey + "x"), nullptr);
  EXPECT_EQ(callers_.Find(""), nullptr);
}

TEST_F(CallersTest, KnowsNobodyBeforeStart) { EXPECT_EQ(callers_.Find(kFirstKey), nullptr); }

TEST_F(CallersTest, DoesNotStartWithoutItsFile) {
  EXPECT_THAT(std::string(callers_.Start().message()), HasSubstr(file_));
}

TEST_F(CallersTest, DoesNotStartWithAnInvalidFile) {
  Write({"1"});
  EXPECT_THAT(std::string(callers_.Start().message()), HasSubstr("callers[0]"));
  EXPECT_THAT(std::string(CheckKeyFile(file_).message()), HasSubstr(file_));
}

TEST_F(CallersTest, KnowsWhatACallerMayDo) {
  Write({KeyFileEntry("chat", kFirstKey, R"(, "methods": ["PublishRead"])")});
  ASSERT_TRUE(callers_.Start().ok());
  const auto caller = callers_.Find(kFirstKey);
  EXPECT_EQ(caller->WhyNot("PublishRead"), "");
  EXPECT_THAT(caller->WhyNot("PublishEdit"), HasSubstr("PublishEdit"));
}

TEST_F(CallersTest, KnowsWhichEventsACallerMayPublishWhere) {
  Write({KeyFileEntry("builds", kFirstKey,
                      R"(, "event_types": ["read", "build_*"], "topics": ["7", "builds/+"])"),
         KeyFileEntry("push", kNewKey)});
  ASSERT_TRUE(callers_.Start().ok());
  const auto caller = callers_.Find(kFirstKey);
  for (const char* type : {"read", "build_", "build_done"}) EXPECT_EQ(caller->WhyNotType(type), "");
  for (const char* type : {"reads", "build"}) {
    EXPECT_EQ(caller->WhyNotType(type),
              std::string("the caller builds may not publish events of the type ") + type);
  }
  EXPECT_EQ(caller->WhyNotTopics({"7", "builds/7"}), "");
  EXPECT_EQ(caller->WhyNotTopics({"builds/7", "builds/7/a"}),
            "the caller builds may not publish to the topic builds/7/a");
  EXPECT_EQ(caller->WhyNotUsers({7}), "");
  EXPECT_EQ(caller->WhyNotUsers({7, 70}),
            "the caller builds may not publish to the topic of the user 70");
  const auto other = callers_.Find(kNewKey);
  EXPECT_EQ(other->WhyNotType("reads") + other->WhyNotTopics({"a"}) + other->WhyNotUsers({7}), "");
}

TEST_F(CallersTest, CallersOfAnotherEnvironmentMayDoNothing) {
  Write({KeyFileEntry("chat", kFirstKey, R"(, "environment": "prod")"),
         KeyFileEntry("push", kNewKey, R"(, "environment": "dev")")});
  ASSERT_TRUE(callers_.Start().ok());
  EXPECT_THAT(callers_.Find(kFirstKey)->WhyNot("PublishRead"), HasSubstr("prod"));
  EXPECT_EQ(callers_.Find(kNewKey)->WhyNot("PublishRead"), "");
}

TEST_F(CallersTest, LoadsAChangedFile) {
  Write({KeyFileEntry("chat", kFirstKey)});
  ASSERT_TRUE(callers_.Start().ok());
  const std::uint64_t generation = callers_.generation();
  Write({KeyFileEntry("chat", kNewKey)});
  WaitForChange(generation);
  EXPECT_EQ(callers_.Find(kFirstKey), nullptr);
  EXPECT_NE(callers_.Find(kNewKey), nullptr);
}

TEST_F(CallersTest, AnInvalidFileChangesNothingAndTheNextValidOneApplies) {
  Write({KeyFileEntry("chat", kFirstKey)});
  ASSERT_TRUE(callers_.Start().ok());
  const std::uint64_t generation = callers_.generation();
  Write({"broken"});
  // The thread may have been faster, and then has logged it.
  const absl::Status status = callers_.Refresh();
  if (!status.ok()) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(file_));
  }
  EXPECT_EQ(callers_.generation(), generation);
  EXPECT_EQ(callers_.file_errors(), 1U);
  EXPECT_NE(callers_.Find(kFirstKey), nullptr);
  Write({KeyFileEntry("chat", kNewKey)});
  WaitForChange(generation);
  EXPECT_EQ(callers_.file_errors(), 1U);
  EXPECT_NE(callers_.Find(kNewKey), nullptr);
}

TEST_F(CallersTest, CountsWhatCallersOfTheFilePublished) {
  Write({KeyFileEntry("chat", kFirstKey), KeyFileEntry("push", kNewKey)});
  ASSERT_TRUE(callers_.Refresh().ok());
  callers_.Find(kFirstKey)->quota().Published(3);
  ASSERT_EQ(callers_.Usage().size(), 2U);
  EXPECT_EQ(callers_.Usage()[0].first, "chat");
  EXPECT_EQ(callers_.Usage()[0].second.recipients, 3U);
  EXPECT_EQ(callers_.Usage()[1].second.events, 0U);
  Write({KeyFileEntry("chat", kNewKey)});
  ASSERT_TRUE(callers_.Refresh().ok());
  ASSERT_EQ(callers_.Usage().size(), 1U);
  EXPECT_EQ(callers_.Usage()[0].second.recipients, 3U);
}

TEST_F(CallersTest, AQuotaSurvivesAFileChange) {
  Write({KeyFileEntry("chat", kFirstKey, R"(, "events_per_second": 0.001)")});
  ASSERT_TRUE(callers_.Start().ok());
  EXPECT_EQ(callers_.Find(kFirstKey)->quota().Take(1), Clock::duration::zero());
  const std::uint64_t generation = callers_.generation();
  Write({KeyFileEntry("chat", kNewKey, R"(, "events_per_second": 0.001)")});
  WaitForChange(generation);
  EXPECT_GT(callers_.Find(kNewKey)->quota().Take(1), Clock::duration::zero());
}

}  // namespace
}  // namespace dino::auth
