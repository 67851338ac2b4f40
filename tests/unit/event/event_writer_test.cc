#include "server/event/event_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "rapidjson/document.h"
#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

// The event JSON of a message with this payload.
std::string JsonOfPayload(const std::string& payload) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->set_message_payload(payload);
  EXPECT_TRUE(Validate(request, Limits()).empty());
  return EventJson(request);
}

// The value of `message_payload` in a message with this payload.
std::string WrittenPayload(const std::string& payload) {
  const std::string json = JsonOfPayload(payload);
  const std::string before = R"("message_payload":)";
  const std::string after = R"(,"message_type":"text",)";
  const std::size_t from = json.find(before) + before.size();
  return json.substr(from, json.find(after) - from);
}

// The payload as a JSON parser reads it.
std::string ReadBack(const std::string& payload) {
  rapidjson::Document document;
  const std::string json = JsonOfPayload(payload);
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  EXPECT_FALSE(document.HasParseError()) << json;
  if (document.HasParseError()) return "";
  const rapidjson::Value& value = document["message_payload"];
  return {value.GetString(), value.GetStringLength()};
}

std::string WrittenTime(std::int64_t seconds, std::int32_t nanos) {
  auto request = Valid<v1::PublishMessageRequest>();
  request.mutable_message()->mutable_created_at()->set_seconds(seconds);
  request.mutable_message()->mutable_created_at()->set_nanos(nanos);
  const std::string json = EventJson(request);
  const std::string before = R"("created_at":)";
  const std::size_t from = json.find(before) + before.size();
  return json.substr(from, json.size() - 1 - from);
}

TEST(EventWriterTest, EscapesEveryControlCharacter) {
  const std::vector<std::string> expected = {
      R"("\u0000")", R"("\u0001")", R"("\u0002")", R"("\u0003")", R"("\u0004")", R"("\u0005")",
      R"("\u0006")", R"("\u0007")", R"("\b")",     R"("\t")",     R"("\n")",     R"("\u000B")",
      R"("\f")",     R"("\r")",     R"("\u000E")", R"("\u000F")", R"("\u0010")", R"("\u0011")",
      R"("\u0012")", R"("\u0013")", R"("\u0014")", R"("\u0015")", R"("\u0016")", R"("\u0017")",
      R"("\u0018")", R"("\u0019")", R"("\u001A")", R"("\u001B")", R"("\u001C")", R"("\u001D")",
      R"("\u001E")", R"("\u001F")"};
  for (int c = 0; c < 0x20; ++c) {
    const std::string payload(1, static_cast<char>(c));
    EXPECT_EQ(WrittenPayload(payload), expected[static_cast<std::size_t>(c)]);
    EXPECT_EQ(ReadBack(payload), payload) << c;
  }
}

// A writer may process long text in blocks.
TEST(EventWriterTest, EscapesAnywhereInLongText) {
  for (std::size_t at = 0; at < 64; ++at) {
    for (const char c : {'\0', '\x19', '\x1A', '\x1F', '"', '\\', '\x7F'}) {
      std::string payload(64, 'x');
      payload[at] = c;
      EXPECT_EQ(ReadBack(payload), payload) << at;
    }
  }
}

struct TextCase {
  const char* name;
  std::string payload;
  std::string written;
};

TEST(EventWriterTest, EscapesNothingElseButQuoteAndBackslash) {
  const std::vector<TextCase> cases = {
      {"quote", "\"", R"("\"")"},
      {"backslash", "\\", R"("\\")"},
      {"an escape of the user's own", "\\u0041\\n", R"("\\u0041\\n")"},
      {"slash", "/", R"("/")"},
      {"markup", "</script>&'", R"("</script>&'")"},
      {"U+007F", "\x7F", "\"\x7F\""},
      {"two bytes", "\xC2\x80\xC3\xA5\xDF\xBF", "\"\xC2\x80\xC3\xA5\xDF\xBF\""},
      {"three bytes", "\xE0\xA0\x80\xE6\xBC\xA2\xEF\xBF\xBF",
       "\"\xE0\xA0\x80\xE6\xBC\xA2\xEF\xBF\xBF\""},
      {"around the surrogates", "\xED\x9F\xBF\xEE\x80\x80", "\"\xED\x9F\xBF\xEE\x80\x80\""},
      {"line separators", "\xE2\x80\xA8\xE2\x80\xA9", "\"\xE2\x80\xA8\xE2\x80\xA9\""},
      {"byte order mark", "\xEF\xBB\xBFx", "\"\xEF\xBB\xBFx\""},
      {"four bytes", "\xF0\x90\x80\x80\xF0\x9F\x91\x8D\xF4\x8F\xBF\xBF",
       "\"\xF0\x90\x80\x80\xF0\x9F\x91\x8D\xF4\x8F\xBF\xBF\""},
      {"NUL inside", std::string("a\0b", 3), R"("a\u0000b")"},
  };
  for (const TextCase& c : cases) {
    EXPECT_EQ(WrittenPayload(c.payload), c.written) << c.name;
    EXPECT_EQ(ReadBack(c.payload), c.payload) << c.name;
  }
}

TEST(EventWriterTest, KeepsEveryCodePoint) {
  std::string payload;
  const auto flush = [&payload] {
    EXPECT_EQ(ReadBack(payload), payload);
    payload.clear();
  };
  for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if (c < 0x80) {
      payload += static_cast<char>(c);
    } else if (c < 0x800) {
      payload += static_cast<char>(0xC0 | (c >> 6));
      payload += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      payload += static_cast<char>(0xE0 | (c >> 12));
      payload += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      payload += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      payload += static_cast<char>(0xF0 | (c >> 18));
      payload += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      payload += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      payload += static_cast<char>(0x80 | (c & 0x3F));
    }
    if (payload.size() > 60000) flush();
  }
  flush();
}

TEST(EventWriterTest, WritesTheLongestPayloadOfEscapes) {
  const std::string payload(65536, '\1');
  EXPECT_EQ(WrittenPayload(payload).size(), 2 + 6 * payload.size());
  EXPECT_EQ(ReadBack(payload), payload);
}

struct TimeCase {
  std::int64_t seconds;
  std::int32_t nanos;
  const char* written;
};

TEST(EventWriterTest, WritesTimesInShortestMicroseconds) {
  const std::vector<TimeCase> cases = {
      {0, 0, "0.0"},
      {0, 1, "0.0"},
      {0, 999, "0.0"},
      {0, 1000, "0.000001"},
      {0, 1999, "0.000001"},
      {0, 10000, "0.00001"},
      {0, 100000000, "0.1"},
      {0, 999999999, "0.999999"},
      {1, 0, "1.0"},
      {1, 120000000, "1.12"},
      {1, 100100000, "1.1001"},
      {1, 1, "1.0"},
      {1597877384, 794828000, "1597877384.794828"},
      {1597877384, 500000999, "1597877384.5"},
      {1597877384, 50000000, "1597877384.05"},
      {253402300799, 0, "253402300799.0"},
      {253402300799, 999999999, "253402300799.999999"},
  };
  for (const TimeCase& c : cases) EXPECT_EQ(WrittenTime(c.seconds, c.nanos), c.written);
}

}  // namespace
}  // namespace dino::event
