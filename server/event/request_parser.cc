#include "server/event/request_parser.h"

#include <climits>
#include <string>

#include "server/event/request_scan.h"

namespace dino::event {
namespace {

// How many times its bytes a request takes at most when it is parsed.
constexpr std::size_t kMostTimesParsed = 128;

}  // namespace

bool ParseRequest(std::string_view bytes, std::size_t max_parsed_bytes,
                  google::protobuf::Message& request, Violations& violations) {
  if (bytes.size() > INT_MAX) {
    violations.Add("request", "must be less than 2 GiB");
    return false;
  }
  const std::size_t before = violations.total();
  const auto scan = [&] {
    RequestScan(max_parsed_bytes, violations).Run(bytes, *request.GetDescriptor());
    return violations.total() == before;
  };
  if (bytes.size() > max_parsed_bytes / kMostTimesParsed && !scan()) return false;
  if (request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return true;
  if (scan()) violations.Add("request", RequestScan::NotReadable(*request.GetDescriptor()));
  return false;
}

bool ParseRequest(absl::Span<const std::string_view> pieces, std::size_t max_parsed_bytes,
                  google::protobuf::Message& request, Violations& violations) {
  if (pieces.size() == 1) {
    return ParseRequest(pieces.front(), max_parsed_bytes, request, violations);
  }
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  std::string bytes;
  bytes.reserve(size);
  for (const std::string_view piece : pieces) bytes.append(piece);
  return ParseRequest(bytes, max_parsed_bytes, request, violations);
}

}  // namespace dino::event
