#ifndef DINO_SERVER_BASE_TEXT_FILE_H_
#define DINO_SERVER_BASE_TEXT_FILE_H_

#include <cstdint>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"

namespace dino {

// Returns the content of a regular file of at most 1 MiB. The error names the path and the reason,
// never the content. Never blocks, as a pipe would.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Identifies a version of a file: device, inode, size, mtime and ctime in nanoseconds. All 0 if
// there is no file.
using FileStamp =
    std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;

FileStamp StampOf(const std::string& path);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TEXT_FILE_H_
