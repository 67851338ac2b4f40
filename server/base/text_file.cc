#include "server/base/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"

namespace dino {
namespace {

constexpr std::size_t kMaxBytes = 1024UL * 1024;

absl::Status CannotRead(const std::string& path, const std::string& reason) {
  return absl::FailedPreconditionError(absl::StrCat("cannot read ", path, ": ", reason));
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return CannotRead(path, ErrnoText(errno));
  if (!S_ISREG(status.st_mode)) return CannotRead(path, "it is not a regular file");
  std::string content(kMaxBytes + 1, '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t count = read(fd, &content[length], content.size() - length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, ErrnoText(errno));
    if (count == 0) break;
    length += static_cast<std::size_t>(count);
  }
  if (length > kMaxBytes) return CannotRead(path, "it is larger than 1 MiB");
  content.resize(length);
  return content;
}

std::int64_t Nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return CannotRead(path, ErrnoText(errno));
  absl::StatusOr<std::string> content = ReadAll(fd, path);
  close(fd);
  return content;
}

FileStamp StampOf(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, Nanoseconds(status.st_mtim),
          Nanoseconds(status.st_ctim)};
}

}  // namespace dino
