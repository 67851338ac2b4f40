#include "server/base/text_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/process/files.h"
#include "tests/support/process/temporary_directory.h"

namespace dino {
namespace {

class TextFileTest : public ::testing::Test {
 protected:
  void Write(const std::string& content) { std::ofstream(file_) << content; }
  std::string Problem(const std::string& path) {
    return std::string(ReadTextFile(path).status().message());
  }

  const testing::TemporaryDirectory directory_;
  const std::string file_ = directory_.path() / "file";
};

TEST_F(TextFileTest, ReadsAllBytes) {
  const std::string content(1024UL * 1024, 'a');
  Write(content);
  EXPECT_EQ(ReadTextFile(file_).value(), content);
  Write("");
  EXPECT_EQ(ReadTextFile(file_).value(), "");
}

TEST_F(TextFileTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(Problem(file_), "cannot read " + file_ + ": No such file or directory");
  EXPECT_EQ(Problem(directory_.path()),
            "cannot read " + directory_.path().string() + ": it is not a regular file");
  Write(std::string(1024UL * 1024 + 1, 'a'));
  EXPECT_EQ(Problem(file_), "cannot read " + file_ + ": it is larger than 1 MiB");
}

TEST_F(TextFileTest, DoesNotWaitForAPipe) {
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(Problem(file_), "cannot read " + file_ + ": it is not a regular file");
}

TEST_F(TextFileTest, TheStampShowsChanges) {
  EXPECT_EQ(StampOf(file_), FileStamp());
  Write("a");
  const FileStamp first = StampOf(file_);
  EXPECT_NE(first, FileStamp());
  EXPECT_EQ(StampOf(file_), first);
  Write("ab");
  const FileStamp longer = StampOf(file_);
  EXPECT_NE(longer, first);
  // Another file with the same content, moved into place atomically.
  testing::ReplaceContent(file_, "ab");
  EXPECT_NE(StampOf(file_), longer);
}

}  // namespace
}  // namespace dino
