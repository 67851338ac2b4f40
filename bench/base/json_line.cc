#include "bench/base/json_line.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dino::bench {

JsonLine& JsonLine::Add(std::string_view name, std::string_view text) {
  Append(name, std::string("\"").append(text).append("\""));
  return *this;
}

JsonLine& JsonLine::Add(std::string_view name, double number) {
  Append(name, absl::StrFormat("%.4f", number));
  return *this;
}

JsonLine& JsonLine::Add(std::string_view name, std::uint64_t number) {
  Append(name, absl::StrCat(number));
  return *this;
}

void JsonLine::Print() const {
  std::printf("%s\n", text().c_str());
  std::fflush(stdout);
}

void JsonLine::Append(std::string_view name, std::string_view value) {
  members_.append(members_.empty() ? "\"" : ",\"").append(name).append("\":").append(value);
}

}  // namespace dino::bench
