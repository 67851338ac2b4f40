#include "server/base/watched_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"

namespace dino {
namespace {

class WatchedFilesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::shared_ptr<const std::string>> Read() {
    ++reads_;
    if (!can_read_) return absl::ResourceExhaustedError("no file descriptor is left");
    if (changes_while_reading_ > 0) {
      --changes_while_reading_;
      testing::ReplaceContent(second_, "changed");
    }
    const auto first = ReadTextFile(first_);
    if (!first.ok()) return first.status();
    const auto second = ReadTextFile(second_);
    if (!second.ok()) return second.status();
    return std::make_shared<const std::string>(*first + *second);
  }

  const testing::TemporaryDirectory directory_;
  const std::string first_ = directory_.path() / "first";
  const std::string second_ = directory_.path() / "second";
  int reads_ = 0;
  bool can_read_ = true;
  int changes_while_reading_ = 0;
  WatchedFiles<std::string> files_{{first_, second_, ""}, [this] { return Read(); }};
};

TEST_F(WatchedFilesTest, RereadsOnlyChangedFiles) {
  EXPECT_EQ(files_.value(), nullptr);
  EXPECT_EQ(files_.generation(), 0U);
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  ASSERT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(*files_.value(), "ab");
  ASSERT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(files_.generation(), 1U);
  testing::ReplaceContent(second_, "c");
  ASSERT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(*files_.value(), "ac");
  EXPECT_EQ(files_.generation(), 2U);
}

TEST_F(WatchedFilesTest, AnUnreadableFileChangesNothingAndIsReportedOnce) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  ASSERT_TRUE(files_.Refresh().ok());
  std::filesystem::remove(second_);
  EXPECT_FALSE(files_.Refresh().ok());
  EXPECT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(*files_.value(), "ab");
  EXPECT_EQ(files_.generation(), 1U);
  EXPECT_EQ(files_.errors(), 1U);
  EXPECT_FALSE(files_.current());
}

TEST_F(WatchedFilesTest, FilesThatCouldNotBeReadAreReadAgainWithoutAChange) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  can_read_ = false;
  EXPECT_FALSE(files_.Refresh().ok());
  EXPECT_EQ(files_.value(), nullptr);
  can_read_ = true;
  EXPECT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(*files_.value(), "ab");
  EXPECT_TRUE(files_.current());
}

TEST_F(WatchedFilesTest, AFileThatChangesWhileReadIsReadAgainNextTime) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  changes_while_reading_ = 1;
  EXPECT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(files_.value(), nullptr);
  EXPECT_TRUE(files_.Refresh().ok());
  EXPECT_EQ(*files_.value(), "achanged");
}

TEST_F(WatchedFilesTest, StartsWithWhatAFileHasThatChangesMeanwhile) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  changes_while_reading_ = 2;
  ASSERT_TRUE(files_.Start("test", [](const absl::Status&) {}).ok());
  ASSERT_NE(files_.value(), nullptr);
  EXPECT_EQ(*files_.value(), "achanged");
}

TEST_F(WatchedFilesTest, DoesNotStartWhileAFileChangesAgainAndAgain) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  changes_while_reading_ = 1000;
  const absl::Status started = files_.Start("test", [](const absl::Status&) {});
  EXPECT_EQ(started.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(started.message().find(second_), absl::string_view::npos) << started;
}

TEST_F(WatchedFilesTest, DoesNotStartWithAnErrorThatWasReportedBefore) {
  EXPECT_FALSE(files_.Refresh().ok());
  EXPECT_FALSE(files_.Start("test", [](const absl::Status&) {}).ok());
}

TEST_F(WatchedFilesTest, DoesNotStartWithoutTheFiles) {
  EXPECT_FALSE(files_.Start("test", [](const absl::Status&) {}).ok());
}

TEST_F(WatchedFilesTest, ReportsUnreadableFilesAndTheirReturnByItself) {
  testing::ReplaceContent(first_, "a");
  testing::ReplaceContent(second_, "b");
  std::promise<void> bad;
  std::promise<void> good_again;
  bool was_bad = false;
  std::filesystem::path away = directory_.path() / "away";
  ASSERT_TRUE(files_
                  .Start("test",
                         [&](const absl::Status& status) {
                           if (status.ok() == !was_bad) return;
                           (status.ok() ? good_again : bad).set_value();
                           was_bad = !status.ok();
                         })
                  .ok());
  std::filesystem::rename(first_, away);
  bad.get_future().get();
  EXPECT_FALSE(files_.state().ok());
  std::filesystem::rename(away, first_);
  good_again.get_future().get();
  EXPECT_TRUE(files_.state().ok());
}

}  // namespace
}  // namespace dino
