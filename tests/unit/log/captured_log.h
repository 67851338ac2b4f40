#ifndef DINO_TESTS_UNIT_LOG_CAPTURED_LOG_H_
#define DINO_TESTS_UNIT_LOG_CAPTURED_LOG_H_

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include "server/log/log.h"
#include "tests/support/process/file_descriptor.h"

namespace dino::log {

// Takes what is logged while it lives, at level info or above. One at a time.
class CapturedLog {
 public:
  CapturedLog() { Take(Level::kInfo); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;
  ~CapturedLog() { Stop(); }

  // Takes what is at least of that level, from now on.
  void Take(Level level) {
    Stop();
    Start(level, Format::kJson, file_.number());
  }

  // The lines, without their times. Nothing is taken afterwards.
  std::vector<std::string> Lines() {
    constexpr std::size_t kTime = 38;
    Stop();
    std::string text;
    std::array<char, 4096> piece{};
    EXPECT_EQ(lseek(file_.number(), 0, SEEK_SET), 0);
    for (ssize_t count = 0; (count = read(file_.number(), piece.data(), piece.size())) > 0;) {
      text.append(piece.data(), static_cast<std::size_t>(count));
    }
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line.substr(kTime));
    return lines;
  }

 private:
  testing::FileDescriptor file_{memfd_create("log", MFD_CLOEXEC)};
};

}  // namespace dino::log

#endif  // DINO_TESTS_UNIT_LOG_CAPTURED_LOG_H_
