// A custom event whose data and overlays the input makes up, value by value.
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "server/base/utf8.h"
#include "server/event/kinds.h"
#include "server/event/struct_json.h"
#include "tests/fuzz/event_json.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

namespace v1 = events::v1;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int kMaxDepth = 12;
constexpr std::size_t kMaxText = 40;
constexpr std::size_t kMaxPayloadBytes = 512;

std::string TextFrom(Input& input) {
  const std::string_view text = input.Text(kMaxText);
  // What is parsed from a request is UTF-8.
  return IsUtf8(text) ? std::string(text) : "\x01\"\\/\xC3\xA9";
}

double NumberFrom(Input& input) {
  const std::uint64_t bits = input.Number();
  if (input.Bool()) return static_cast<double>(static_cast<std::int64_t>(bits));
  double number = 0;
  std::memcpy(&number, &bits, sizeof(number));
  return number;
}

void Fill(Input& input, int depth, Struct& fields);

void Fill(Input& input, int depth, Value& value) {
  switch (input.Below(depth < kMaxDepth ? 7 : 5)) {
    case 0:
      value.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case 1:
      value.set_number_value(NumberFrom(input));
      break;
    case 2:
      value.set_string_value(TextFrom(input));
      break;
    case 3:
      value.set_bool_value(input.Bool());
      break;
    case 4:  // Not set.
      break;
    case 5:
      Fill(input, depth + 1, *value.mutable_struct_value());
      break;
    default:
      value.mutable_list_value();
      for (std::size_t left = input.Below(6); left > 0; --left) {
        Fill(input, depth + 1, *value.mutable_list_value()->add_values());
      }
  }
}

void Fill(Input& input, int depth, Struct& fields) {
  for (std::size_t left = input.Below(6); left > 0; --left) {
    const std::string key = TextFrom(input);
    Fill(input, depth, (*fields.mutable_fields())[key]);
  }
}

v1::PublishCustomRequest RequestFrom(Input& input) {
  v1::PublishCustomRequest request;
  request.mutable_custom()->set_event_type("poll");
  request.mutable_custom()->set_group_id("6cbb3265-2a7f-494d-92ad-f4503d55d49f");
  for (const std::int64_t user : {1, 2, 3}) request.add_user_ids(user);
  Fill(input, 0, *request.mutable_custom()->mutable_data());
  for (std::size_t left = input.Below(4); left > 0; --left) {
    Fill(input, 0, (*request.mutable_overlays())[1 + static_cast<std::int64_t>(input.Below(4))]);
  }
  return request;
}

void RequireMembers(const Struct& fields, const rapidjson::Document& json) {
  for (const auto& [key, value] : fields.fields()) {
    const rapidjson::Value name(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    const auto member = json.FindMember(name);
    Require(member != json.MemberEnd(), "each key is a member");
    RequireJsonOf(value, member->value);
  }
}

void RequireSize(const Struct& fields) {
  const std::size_t written = event::JsonMembers(fields).size() + 2;
  Require(event::JsonBytes(fields) == written, "the size of JSON is counted to the byte");
  Require(event::MaxJsonBytes(fields) >= written, "the bound of a size is one");
  Require(written <= kMaxPayloadBytes, "no more is written than may be");
}

}  // namespace

void FuzzCustomEvent(std::string_view bytes) {
  Input input(bytes);
  const v1::PublishCustomRequest request = RequestFrom(input);
  event::Limits limits;
  limits.max_payload_bytes = kMaxPayloadBytes;
  if (!event::Validate(request, limits).empty()) return;
  const std::string json = event::EventJson(request);
  const Struct& data = request.custom().data();
  const rapidjson::Document document = ParseObject(json);
  Require(document.MemberCount() == data.fields().size() + 2, "no member is made up");
  RequireMembers(data, document);
  RequireSize(data);
  for (const auto& [user, members] : event::RecipientsOf(request).overlays) {
    const Struct& overlay = request.overlays().at(user);
    RequireSize(overlay);
    // As fan-out joins them.
    const rapidjson::Document joined =
        ParseObject(json.substr(0, json.size() - 1) + ',' + members + '}');
    RequireMembers(data, joined);
    RequireMembers(overlay, joined);
  }
}

}  // namespace dino::fuzz
