#include "server/mqtt/link/byte_stream.h"

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/errno_text.h"

namespace dino::mqtt {
namespace {

constexpr std::size_t kReadBytes = 16384;
// What one turn reads at most of what no poller tells: TLS gives a record at a time, and a PUBACK
// may be a record of its own.
constexpr std::size_t kTurnBytes = 65536;
constexpr int kTurnReads = 1024;
// An output that grew larger gives its memory back.
constexpr std::size_t kKeptBytes = 65536;

}  // namespace

absl::Status ByteStream::Flush() {
  while (done_ < output_.size()) {
    const std::int64_t count = WriteSome(std::string_view(output_).substr(done_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      Compact();
      return absl::OkStatus();
    }
    if (count <= 0) return Lose("write");
    done_ += static_cast<std::size_t>(count);
    written_ += static_cast<std::uint64_t>(count);
  }
  output_.clear();
  done_ = 0;
  if (output_.capacity() > kKeptBytes) output_.shrink_to_fit();
  return absl::OkStatus();
}

void ByteStream::Compact() {
  // Where more is written than is not, moving the rest costs less than writing it did.
  if (done_ <= output_.size() - done_) return;
  output_.erase(0, done_);
  done_ = 0;
}

absl::Status ByteStream::Read(absl::FunctionRef<absl::Status(std::string_view)> take) {
  std::array<char, kReadBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::size_t bytes = 0;
  for (int reads = 0; reads < kTurnReads && bytes < kTurnBytes; ++reads) {
    const std::int64_t count = ReadSome(buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return absl::OkStatus();
    if (count <= 0) return Lose("read");
    bytes += static_cast<std::size_t>(count);
    absl::Status status = take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    if (!status.ok()) return status;
    if (!HoldsUnread()) return absl::OkStatus();
  }
  ReadLater();
  return absl::OkStatus();
}

absl::Status ByteStream::Lose(const char* what) {
  Loss loss = WhyLost(what);
  // What was lost first tells more than what failed because of it.
  if (!loss_.has_value()) loss_ = std::move(loss);
  return absl::UnavailableError(loss_->text);
}

Loss ByteStream::WhyLost(const char* what) const {
  const int error = errno;
  // EPIPE: somebody learnt of the end before us.
  if (error == 0 || error == EPIPE) return {Loss::Kind::kClosed, "connection closed"};
  if (error == ECONNRESET) return {Loss::Kind::kReset, "connection reset"};
  return {Loss::Kind::kFailed, absl::StrCat(what, ": ", ErrnoText(error))};
}

}  // namespace dino::mqtt
