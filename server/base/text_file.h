#ifndef DINO_SERVER_BASE_TEXT_FILE_H_
#define DINO_SERVER_BASE_TEXT_FILE_H_

#include <cstdint>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"

namespace dino {

// Returns what a regular file of at most a MiB holds. The error names the path and the reason,
// never the content. Does not wait, as it would for the writer of a pipe.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Tells whether a file is another one, or was written to: device, inode, size, and the times
// of the last change of the content and of the inode in nanoseconds. All 0: there is no file.
using FileStamp =
    std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;

FileStamp StampOf(const std::string& path);

}  // namespace dino

#endif  // DINO_SERVER_BASE_TEXT_FILE_H_
