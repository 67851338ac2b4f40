#include "server/event/violations.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace dino::event {
namespace {

constexpr std::size_t kMaxSummarized = 5;
// Tags and lengths that `google.rpc.BadRequest` adds to each violation.
constexpr std::size_t kEncodingBytes = 9;

}  // namespace

void Violations::Add(std::string field, std::string description) {
  ++total_;
  if (full_) return;
  const std::size_t bytes = field.size() + description.size() + kEncodingBytes;
  if (listed_bytes_ + bytes > kMaxListedBytes) {
    full_ = true;
    return;
  }
  listed_bytes_ += bytes;
  listed_.push_back({std::move(field), std::move(description)});
  full_ = listed_.size() == kMaxListed;
}

std::string Violations::Summary() const {
  std::string summary;
  const std::size_t named = std::min(listed_.size(), kMaxSummarized);
  for (std::size_t i = 0; i < named; ++i) {
    absl::StrAppend(&summary, i == 0 ? "" : "; ", listed_[i].field, " ", listed_[i].description);
  }
  if (total_ > named) {
    absl::StrAppend(&summary, named == 0 ? "" : "; and ", total_ - named, " more");
  }
  return summary;
}

}  // namespace dino::event
