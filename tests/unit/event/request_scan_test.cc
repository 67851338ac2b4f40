#include "server/event/request_scan.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/event/request_parser.h"
#include "tests/unit/event/allocations.h"
#include "tests/unit/event/quiet_protobuf.h"
#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

using google::protobuf::Message;

// All that is proportional to them is so below a sanitizer, too, which takes long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kRequestBytes = 65536;
#else
constexpr std::size_t kRequestBytes = 262144;
#endif
// What each takes when it is parsed, but not so much that it is parsed without a look.
constexpr std::size_t kEnoughIfScanned = 120 * kRequestBytes;
// Beside what there is of it: for its violations, and what the test itself takes.
constexpr std::size_t kLittle = 65536;

std::string Varint(std::size_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes += static_cast<char>(value);
}

// A field of any length.
std::string LongField(int number, std::string_view bytes) {
  std::string field(1, static_cast<char>(number << 3 | 2));
  return field.append(Varint(bytes.size())).append(bytes);
}

std::string Repeated(std::string_view part, std::size_t bytes) {
  std::string all;
  all.reserve(bytes + part.size());
  while (all.size() < bytes) all.append(part);
  return all;
}

// `part` of each number, one after the other.
std::string Numbered(std::size_t bytes, const std::function<std::string(std::size_t)>& part) {
  std::string all;
  for (std::size_t i = 0; all.size() < bytes; ++i) all.append(part(i));
  return all;
}

// Three characters, for a hundred thousand numbers.
std::string KeyOf(std::size_t number) {
  std::string key;
  for (int i = 0; i < 3; ++i, number /= 47) key += static_cast<char>('0' + number % 47);
  return key;
}

// A request with `data`, the fields of a struct.
std::string Custom(const std::string& data) { return LongField(1, LongField(3, data)); }
std::string CustomWithList(const std::string& values) {
  return Custom(LongField(1, LongField(1, "a") + LongField(2, LongField(6, values))));
}

// Structs within structs, as deep as they may be.
std::string NestedStructs() {
  std::string value = "\x10\x01";
  for (int depth = 0; depth < 28; ++depth) {
    value = LongField(5, LongField(1, LongField(1, "a") + LongField(2, value)));
  }
  return value;
}

// A path without the places of entries.
std::string ListPathOf(const std::string& path) {
  std::string list;
  for (const char c : path) {
    if (c < '0' || c > '9') list += c;
  }
  return list;
}

template <typename Request>
std::unique_ptr<Message> New() {
  return std::make_unique<Request>();
}

// Bytes of which few make much when they are parsed.
struct WorstCase {
  const char* name;
  std::unique_ptr<Message> (*request)();
  std::function<std::string(std::size_t bytes)> bytes;
  // What is named as too long.
  const char* path;
};

std::vector<WorstCase> WorstCases() {
  const auto repeated = [](const std::string& part) {
    return [part](std::size_t bytes) { return Repeated(part, bytes); };
  };
  const auto values = [](const std::string& part) {
    return [part](std::size_t bytes) { return CustomWithList(Repeated(part, bytes)); };
  };
  using namespace std::string_literals;  // NOLINT(google-build-using-namespace)
  return {
      {"EmptyEvents", New<v1::PublishBatchRequest>, repeated("\x0A\x00"s), "events"},
      {"EmptyRequests", New<v1::PublishBatchRequest>, repeated("\x0A\x02\x5A\x00"s), "events"},
      {"EmptyCustoms", New<v1::PublishBatchRequest>, repeated("\x0A\x06\x5A\x04\x0A\x02\x1A\x00"s),
       "events[]"},
      {"UnknownNumbers", New<v1::PublishMessageRequest>, repeated("\x78\x01"), "request"},
      {"UnknownTexts", New<v1::PublishMessageRequest>, repeated("\x7A\x00"s), "request"},
      {"UnknownGroups", New<v1::PublishMessageRequest>, repeated("{|"), "request"},
      {"NestedUnknownGroups", New<v1::PublishMessageRequest>,
       repeated(Repeated("{", 50) + Repeated("|", 50)), "request"},
      {"UnknownTextsBelow", New<v1::PublishMessageRequest>,
       [](std::size_t bytes) { return LongField(1, Repeated("\x7A\x00"s, bytes)); }, "message"},
      {"PackedUsers", New<v1::PublishMessageRequest>,
       [](std::size_t bytes) { return LongField(2, std::string(bytes, '\1')); }, "user_ids"},
      {"SingleUsers", New<v1::PublishMessageRequest>, repeated("\x10\x01"), "user_ids"},
      {"EmptyTopics", New<v1::PublishCustomRequest>, repeated("\x22\x00"s), "topics"},
      {"LongerTopics", New<v1::PublishCustomRequest>,
       repeated("\x22\x04"
                "abcd"),
       "topics"},
      {"EmptyIds", New<v1::PublishDeleteMessageRequest>,
       [](std::size_t bytes) { return LongField(1, Repeated("\x1A\x00"s, bytes)); },
       "delete_message.message_ids"},
      {"Overlays", New<v1::PublishCustomRequest>,
       [](std::size_t bytes) {
         return Numbered(bytes, [](std::size_t i) { return LongField(5, "\x08" + Varint(i)); });
       },
       "overlays"},
      {"EmptyOverlays", New<v1::PublishCustomRequest>,
       [](std::size_t bytes) {
         return Numbered(bytes, [](std::size_t i) {
           return LongField(5, "\x08" + Varint(i) + LongField(2, ""));
         });
       },
       "overlays"},
      {"WideStruct", New<v1::PublishCustomRequest>,
       [](std::size_t bytes) {
         return Custom(
             Numbered(bytes, [](std::size_t i) { return LongField(1, LongField(1, KeyOf(i))); }));
       },
       "custom.data.fields"},
      {"EmptyValues", New<v1::PublishCustomRequest>, values("\x0A\x00"s),
       "custom.data.fields[].value.list_value.values"},
      {"EmptyTexts", New<v1::PublishCustomRequest>, values("\x0A\x02\x1A\x00"s),
       "custom.data.fields[].value.list_value.values"},
      {"EmptyLists", New<v1::PublishCustomRequest>, values("\x0A\x02\x32\x00"s),
       "custom.data.fields[].value.list_value.values"},
      {"EmptyStructs", New<v1::PublishCustomRequest>, values("\x0A\x02\x2A\x00"s),
       "custom.data.fields[].value.list_value.values"},
      {"NestedStructs", New<v1::PublishCustomRequest>, values(LongField(1, NestedStructs())),
       "custom.data.fields[].value"},
  };
}

class WorstCaseTest : public ::testing::TestWithParam<WorstCase> {
 protected:
  WorstCaseTest() {
    // Protobuf makes what it needs for a type when it is used first, and the first field is one.
    const std::string worst = GetParam().bytes(kRequestBytes);
    Parse(worst, kEnoughIfScanned);
    Parse(worst + "\x0A\x01\x0F", kEnoughIfScanned);
  }

  // Parses it, and returns what that took at most, beside what there was before.
  std::size_t Parse(std::string_view bytes, std::size_t max_parsed_bytes) {
    const std::unique_ptr<Message> request = GetParam().request();
    violations_ = Violations();
    const AllocationPeak peak;
    parsed_ = ParseRequest(bytes, max_parsed_bytes, *request, violations_);
    return peak.bytes();
  }

  Violations violations_;
  bool parsed_ = false;

 private:
  const QuietProtobuf quiet_;
};

TEST_P(WorstCaseTest, ARequestThatCannotBeParsedTakesNextToNoMemory) {
  const std::string worst = GetParam().bytes(kRequestBytes);
  // A wire type that does not exist; field 1, a message in all of them, of the same; and what ends
  // within a number.
  for (const char* end : {"\x0F", "\x0A\x01\x0F", "\x0A\x02\x10\x80", "x"}) {
    EXPECT_LE(Parse(worst + end, kEnoughIfScanned), kLittle) << end;
    EXPECT_FALSE(parsed_);
  }
}

TEST_P(WorstCaseTest, AParsedRequestTakesNoMoreThanTheScanSays) {
  for (const std::size_t size : {std::size_t{70000}, std::size_t{150000}}) {
    const std::string bytes = GetParam().bytes(size);
    Violations none;
    RequestScan scan(std::numeric_limits<std::size_t>::max(), none);
    scan.Run(bytes, *GetParam().request()->GetDescriptor());
    const std::size_t taken = Parse(bytes, std::numeric_limits<std::size_t>::max());
    EXPECT_TRUE(parsed_);
    EXPECT_LE(taken, scan.parsed_bytes() + kLittle) << size;
    EXPECT_LE(scan.parsed_bytes(), 3 * taken) << size;
  }
}

TEST_P(WorstCaseTest, ARequestThatWouldTakeTooMuchIsRefusedByTheListThatIsTooLong) {
  EXPECT_LE(Parse(GetParam().bytes(kRequestBytes), 8 * kRequestBytes), kLittle);
  EXPECT_FALSE(parsed_);
  ASSERT_EQ(violations_.total(), 1U);
  const Violation& violation = violations_.listed().front();
  EXPECT_EQ(ListPathOf(violation.field).rfind(GetParam().path, 0), 0U) << violation.field;
  EXPECT_EQ(violation.description,
            "must have fewer entries: parsed, the request takes more memory than it may");
}

TEST(RequestScanTest, CountsTheValueInAnEntryOfAMapOnceWhetherItIsSentOrNot) {
  const auto parsed_bytes = [](const std::string& entry) {
    Violations none;
    RequestScan scan(std::numeric_limits<std::size_t>::max(), none);
    scan.Run(LongField(5, entry), *v1::PublishCustomRequest::descriptor());
    return scan.parsed_bytes();
  };
  EXPECT_EQ(parsed_bytes("\x08\x01" + LongField(2, "")), parsed_bytes("\x08\x01"));
}

INSTANTIATE_TEST_SUITE_P(All, WorstCaseTest, ::testing::ValuesIn(WorstCases()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace dino::event
