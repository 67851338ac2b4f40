#include "server/auth/api_key.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace dino::auth {
namespace {

bool IsVisible(char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); }

}  // namespace

absl::Status CheckKey(std::string_view key) {
  if (key.size() >= kMinKeyBytes && key.size() <= kMaxKeyBytes &&
      std::all_of(key.begin(), key.end(), IsVisible)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("must be ", kMinKeyBytes, " to ", kMaxKeyBytes,
                                                 " visible ASCII characters without spaces"));
}

}  // namespace dino::auth
