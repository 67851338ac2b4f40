#include "server/log/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "rapidjson/document.h"

namespace dino::log {
namespace {

constexpr std::size_t kPipeBytes = 4096;

// A log that writes into a small pipe.
class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    read_end_ = ends[0];
    write_end_ = ends[1];
    fcntl(write_end_, F_SETPIPE_SZ, static_cast<int>(kPipeBytes));
  }

  void TearDown() override {
    Stop();
    CloseWriteEnd();
    if (read_end_ >= 0) close(read_end_);
  }

  void CloseWriteEnd() {
    if (write_end_ >= 0) close(write_end_);
    write_end_ = -1;
  }

  void CloseReadEnd() {
    close(read_end_);
    read_end_ = -1;
  }

  void FillPipe() {
    const std::string filler = std::string(kPipeBytes - 1, '#') + "\n";
    ASSERT_EQ(write(write_end_, filler.data(), filler.size()), static_cast<ssize_t>(filler.size()));
  }

  // Reads the pipe to its end.
  std::string ReadAll() {
    std::string all;
    std::array<char, 4096> piece{};
    for (;;) {
      const ssize_t count = read(read_end_, piece.data(), piece.size());
      if (count <= 0) return all;
      all.append(piece.data(), static_cast<std::size_t>(count));
    }
  }

  std::string StopAndReadAll() {
    std::string all;
    std::thread reader([this, &all] { all = ReadAll(); });
    Stop();
    CloseWriteEnd();
    reader.join();
    return all;
  }

  int read_end_ = -1;
  int write_end_ = -1;
};

TEST_F(LogTest, WritesEachRecordAsOneLineInOrder) {
  Start(Level::kInfo, Format::kJson, write_end_);
  Info("first", {{"n", 1}});
  Warning("second");
  Error("third");

  EXPECT_THAT(StopAndReadAll(),
              ::testing::MatchesRegex(
                  "\\{\"time\":\"[^\"]*Z\",\"level\":\"info\",\"message\":\"first\","
                  "\"n\":1\\}\n"
                  "\\{\"time\":\"[^\"]*Z\",\"level\":\"warning\",\"message\":\"second\"\\}\n"
                  "\\{\"time\":\"[^\"]*Z\",\"level\":\"error\",\"message\":\"third\"\\}\n"));
}

TEST_F(LogTest, WritesTextIfConfigured) {
  Start(Level::kInfo, Format::kText, write_end_);
  Info("hello", {{"n", 1}});

  EXPECT_THAT(StopAndReadAll(), ::testing::EndsWith("Z INFO hello n=1\n"));
}

TEST_F(LogTest, SkipsRecordsBelowItsLevel) {
  Start(Level::kWarning, Format::kText, write_end_);
  EXPECT_FALSE(Enabled(Level::kInfo));
  EXPECT_TRUE(Enabled(Level::kWarning));
  Debug("no");
  Info("no");
  Warning("yes");

  EXPECT_THAT(StopAndReadAll(), ::testing::MatchesRegex("[^ ]* WARNING yes\n"));
}

TEST_F(LogTest, WritesLinesLongerThanThePipe) {
  Start(Level::kInfo, Format::kText, write_end_);
  const std::string text(3 * kPipeBytes, 'x');
  Info("long", {{"text", text}});

  EXPECT_THAT(StopAndReadAll(), ::testing::EndsWith(" text=" + text + "\n"));
}

TEST_F(LogTest, NeverBlocksOnAFullPipeAndSaysHowManyLinesItDropped) {
  constexpr std::size_t kLines = 10000;
  FillPipe();
  Start(Level::kInfo, Format::kJson, write_end_);
  for (std::size_t i = 0; i < kLines; ++i) Info("line", {{"n", i}});

  const std::string all = StopAndReadAll();
  std::size_t lines = 0;
  std::size_t dropped = 0;
  std::size_t last = 0;
  std::size_t begin = all.find('\n') + 1;  // The filler's end.
  while (begin < all.size()) {
    const std::size_t end = all.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    rapidjson::Document record;
    record.Parse(all.data() + begin, end - begin);
    ASSERT_FALSE(record.HasParseError());
    if (std::string_view(record["message"].GetString()) == "line") {
      ++lines;
      last = record["n"].GetUint64();
    } else {
      EXPECT_STREQ(record["message"].GetString(), "log lines dropped");
      dropped += record["count"].GetUint64();
    }
    begin = end + 1;
  }
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(lines + dropped, kLines);
  EXPECT_EQ(last, kLines - 1);
}

TEST_F(LogTest, StopsThoughNobodyReadsThePipe) {
  FillPipe();
  Start(Level::kInfo, Format::kJson, write_end_);
  for (int i = 0; i < 5000; ++i) Info("line");

  Stop();

  CloseWriteEnd();
  EXPECT_EQ(ReadAll().size(), kPipeBytes);
}

TEST_F(LogTest, OutlivesItsReader) {
  ASSERT_NE(std::signal(SIGPIPE, SIG_IGN), SIG_ERR);
  CloseReadEnd();
  Start(Level::kInfo, Format::kJson, write_end_);
  Info("to nobody");
  Stop();

  EXPECT_TRUE(Enabled(Level::kInfo));
}

TEST_F(LogTest, AcceptsRecordsFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 200;
  Start(Level::kInfo, Format::kText, write_end_);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kEach; ++i) Info("line");
    });
  }
  for (std::thread& thread : threads) thread.join();

  const std::string all = StopAndReadAll();
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), kThreads * kEach);
}

TEST(LogBeforeStartTest, LosesNothing) {
  ::testing::internal::CaptureStderr();
  Info("early", {{"n", 1}});

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::EndsWith(" INFO early n=1\n"));
}

TEST_F(LogTest, WritesToStandardErrorAgainAfterStop) {
  Start(Level::kInfo, Format::kJson, write_end_);
  Stop();
  ::testing::internal::CaptureStderr();
  Info("late");

  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::EndsWith(" INFO late\n"));
}

}  // namespace
}  // namespace dino::log
