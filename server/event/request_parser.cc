#include "server/event/request_parser.h"

#include <climits>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"
#include "server/base/utf8.h"

namespace dino::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Protobuf's own limit.
constexpr int kMaxDepth = 100;

std::string NotReadable(const Descriptor& type) {
  return absl::StrCat("must be a valid ", type.full_name(), " in protobuf's binary format");
}

// Walks the bytes of a message that did not parse, along its descriptor.
class FailureSearch {
 public:
  explicit FailureSearch(Violations& violations) : violations_(violations) {}

  // `path` is where the message is: "" for the request.
  void Message(std::string_view bytes, const Descriptor& type, const std::string& path, int depth) {
    UnknownFieldSet fields;
    if (depth > kMaxDepth || !fields.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      Add(path.empty() ? "request" : path, NotReadable(type));
      return;
    }
    std::map<int, int> counts;
    for (int i = 0; i < fields.field_count(); ++i) {
      const UnknownField& field = fields.field(i);
      const FieldDescriptor* known = type.FindFieldByNumber(field.number());
      if (known == nullptr || field.type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
      std::string name;
      if (!violations_.full()) {
        name = absl::StrCat(path, path.empty() ? "" : ".", known->name());
        if (known->is_repeated()) absl::StrAppend(&name, "[", counts[field.number()]++, "]");
      }
      Field(field.length_delimited(), *known, name, depth);
    }
  }

 private:
  // All are counted, also those that are not listed.
  void Add(const std::string& path, std::string description) {
    if (violations_.full()) {
      violations_.AddUnlisted();
    } else {
      violations_.Add(path, std::move(description));
    }
  }

  void Field(std::string_view bytes, const FieldDescriptor& field, const std::string& path,
             int depth) {
    if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
      Message(bytes, *field.message_type(), path, depth + 1);
    } else if (field.type() == FieldDescriptor::TYPE_STRING && !IsUtf8(bytes)) {
      Add(path, "must be valid UTF-8");
    }
  }

  Violations& violations_;
};

}  // namespace

bool ParseRequest(std::string_view bytes, google::protobuf::Message& request,
                  Violations& violations) {
  const Descriptor& type = *request.GetDescriptor();
  if (bytes.size() > INT_MAX) {
    violations.Add("request", "must be less than 2 GiB");
    return false;
  }
  if (request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return true;
  const std::size_t before = violations.total();
  FailureSearch(violations).Message(bytes, type, "", 0);
  // A list of numbers can be broken inside, where the search does not look.
  if (violations.total() == before) violations.Add("request", NotReadable(type));
  return false;
}

bool ParseRequest(absl::Span<const std::string_view> pieces, google::protobuf::Message& request,
                  Violations& violations) {
  if (pieces.size() == 1) return ParseRequest(pieces.front(), request, violations);
  std::string bytes;
  for (const std::string_view piece : pieces) bytes.append(piece);
  return ParseRequest(bytes, request, violations);
}

}  // namespace dino::event
