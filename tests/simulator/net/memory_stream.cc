#include "tests/simulator/net/memory_stream.h"

#include <cerrno>

namespace dino::simulator {

MemoryStream::~MemoryStream() {
  poller_.Forget(*wire_);
  tap_->OnClosed();
  wire_->Close(End::kClient);
}

std::int64_t MemoryStream::ReadSome(char* data, std::size_t size) {
  const std::int64_t count = wire_->Read(End::kClient, data, size);
  const int error = errno;
  if (count > 0) tap_->OnRead({data, static_cast<std::size_t>(count)});
  errno = error;
  return count;
}

std::int64_t MemoryStream::WriteSome(std::string_view bytes) {
  const std::int64_t count = wire_->Write(End::kClient, bytes);
  const int error = errno;
  const auto written = static_cast<std::size_t>(count > 0 ? count : 0);
  if (written > 0) tap_->OnWritten(bytes.substr(0, written), waits_);
  waits_ = written < bytes.size();
  errno = error;
  return count;
}

}  // namespace dino::simulator
