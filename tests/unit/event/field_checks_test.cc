#include "server/event/field_checks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

using google::protobuf::Duration;
using google::protobuf::RepeatedField;
using google::protobuf::Timestamp;

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

class FieldChecksTest : public ::testing::Test {
 protected:
  // The lines added since the last call.
  std::vector<std::string> Taken() {
    std::vector<std::string> lines = Lines(violations_);
    violations_ = Violations();
    return lines;
  }

  const std::vector<std::string> none_{};
  Violations violations_;
  FieldChecks checks_{"m.", violations_};
};

TEST_F(FieldChecksTest, AcceptsAnyUuid) {
  for (const char* uuid :
       {"6cbb3265-2a7f-494d-92ad-f4503d55d49f", "6CBB3265-2A7F-494D-92AD-F4503D55D49F",
        "00000000-0000-0000-0000-000000000000", "ffffffff-FFFF-ffff-FFFF-ffffffffffff",
        "01234567-89ab-cdef-ABCD-EF0123456789"}) {
    checks_.Uuid("f", uuid);
    EXPECT_EQ(Taken(), none_) << uuid;
  }
}

TEST_F(FieldChecksTest, RefusesEverythingButUuids) {
  const std::vector<std::string> refused = {"m.f must be a UUID: 8-4-4-4-12 hexadecimal digits"};
  const std::string uuid = "6cbb3265-2a7f-494d-92ad-f4503d55d49f";
  std::vector<std::string> cases = {"",
                                    "6cbb32652a7f494d92adf4503d55d49f",
                                    "{" + uuid + "}",
                                    uuid + "0",
                                    uuid.substr(1),
                                    uuid + '\0',
                                    " " + uuid};
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\xC3'}) {
      cases.push_back(uuid);
      cases.back()[i] = c;
    }
    cases.push_back(uuid);
    cases.back()[i] = uuid[i] == '-' ? '0' : '-';
  }
  for (const std::string& text : cases) {
    checks_.Uuid("f", text);
    EXPECT_EQ(Taken(), refused) << text;
  }
}

TEST_F(FieldChecksTest, ChecksTheBoundsOfUserIds) {
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{2}, kMaxUserId - 1, kMaxUserId}) {
    checks_.UserId("f", id);
    EXPECT_EQ(Taken(), none_) << id;
  }
  EXPECT_EQ(kMaxUserId, (std::int64_t{1} << 53) - 1);
  for (const std::int64_t id : {kMin, std::int64_t{-1}, std::int64_t{0}, kMaxUserId + 1, kMax}) {
    checks_.UserId("f", id);
    EXPECT_EQ(Taken(), std::vector<std::string>{"m.f must be 1 to 9007199254740991 (2^53-1)"})
        << id;
  }
}

TEST_F(FieldChecksTest, MeasuresTextInBytes) {
  const std::vector<std::string> refused = {"m.f must be 1 to 4 bytes"};
  checks_.Text("f", "a", 4);
  checks_.Text("f", "abcd", 4);
  checks_.Text("f", "\xF0\x9F\x91\x8D", 4);
  EXPECT_EQ(Taken(), none_);
  checks_.Text("f", "", 4);
  EXPECT_EQ(Taken(), refused);
  checks_.Text("f", "abcde", 4);
  EXPECT_EQ(Taken(), refused);
}

TEST_F(FieldChecksTest, AcceptsOnlyTheAlphabetOfMessageTypes) {
  for (int c = 0; c < 256; ++c) {
    const bool right = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    checks_.MessageType("f", std::string("a") + static_cast<char>(c));
    EXPECT_EQ(Taken().empty(), right) << c;
  }
  checks_.MessageType("f", std::string(64, 'z'));
  checks_.MessageType("f", "0");
  EXPECT_EQ(Taken(), none_);
}

TEST_F(FieldChecksTest, ChecksTheLengthOfMessageTypes) {
  const std::vector<std::string> refused = {"m.f must be 1 to 64 of a-z, 0-9, _ and -"};
  for (const std::string& type : {std::string(), std::string(65, 'z'), std::string("Text")}) {
    checks_.MessageType("f", type);
    EXPECT_EQ(Taken(), refused) << type;
  }
}

TEST_F(FieldChecksTest, AcceptsOnlyVisibleAsciiAsIdempotencyKey) {
  for (int c = 0; c < 256; ++c) {
    checks_.IdempotencyKey("f", std::string("a") + static_cast<char>(c));
    EXPECT_EQ(Taken().empty(), c >= 0x21 && c <= 0x7E) << c;
  }
  checks_.IdempotencyKey("f", "");
  checks_.IdempotencyKey("f", std::string(128, '~'));
  EXPECT_EQ(Taken(), none_);
  checks_.IdempotencyKey("f", std::string(129, '~'));
  EXPECT_EQ(Taken(), std::vector<std::string>{
                         "m.f must be at most 128 bytes of visible ASCII, without spaces"});
}

struct InstantCase {
  const char* name;
  std::int64_t seconds;
  std::int32_t nanos;
  std::vector<std::string> expected;
};

TEST_F(FieldChecksTest, ChecksTheBoundsOfTimes) {
  const std::string range = "m.f must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z";
  const std::string nanos = "m.f must be a valid Timestamp: its nanos are 0 to 999999999";
  const std::vector<InstantCase> cases = {
      {"epoch", 0, 0, {}},
      {"a nanosecond after the epoch", 0, 1, {}},
      {"end of year 9999", 253402300799, 999999999, {}},
      {"before the epoch", -1, 999999999, {range}},
      {"year 10000", 253402300800, 0, {range}},
      {"least seconds", kMin, 0, {range}},
      {"most seconds", kMax, 0, {range}},
      {"negative nanos", 1, -1, {nanos}},
      {"a second of nanos", 1, 1000000000, {nanos}},
      {"least nanos", 1, std::numeric_limits<std::int32_t>::min(), {nanos}},
      {"most nanos", 1, std::numeric_limits<std::int32_t>::max(), {nanos}},
  };
  for (const InstantCase& c : cases) {
    Timestamp time;
    time.set_seconds(c.seconds);
    time.set_nanos(c.nanos);
    checks_.Time("f", true, time);
    EXPECT_EQ(Taken(), c.expected) << c.name;
  }
}

TEST_F(FieldChecksTest, RequiresTimes) {
  checks_.Time("f", false, Timestamp());
  EXPECT_EQ(Taken(), std::vector<std::string>{"m.f is required"});
}

TEST_F(FieldChecksTest, ChecksTheBoundsOfExpiries) {
  const std::string range = "m.f must be 1 to 4294967295 seconds";
  const std::string nanos =
      "m.f must be a valid Duration: its nanos are -999999999 to 999999999, of the same sign as "
      "its seconds";
  const std::vector<InstantCase> cases = {
      {"a nanosecond, which rounds up", 0, 1, {}},
      {"half a second, which rounds up", 0, 500000000, {}},
      {"a second", 1, 0, {}},
      {"the most nanos of a second", 1, 999999999, {}},
      {"the most, by rounding up", 4294967294, 1, {}},
      {"the most", 4294967295, 0, {}},
      {"zero", 0, 0, {range}},
      {"a nanosecond below zero", 0, -1, {range}},
      {"negative", -1, -999999999, {range}},
      {"too much by rounding up", 4294967295, 1, {range}},
      {"too much", 4294967296, 0, {range}},
      {"least seconds", kMin, 0, {range}},
      {"most seconds", kMax, 0, {range}},
      {"signs differ", 1, -1, {nanos}},
      {"signs differ the other way", -1, 1, {nanos}},
      {"a second of nanos", 1, 1000000000, {nanos}},
      {"a second of negative nanos", -1, -1000000000, {nanos}},
      {"least nanos", 0, std::numeric_limits<std::int32_t>::min(), {nanos}},
      {"most nanos", 0, std::numeric_limits<std::int32_t>::max(), {nanos}},
  };
  for (const InstantCase& c : cases) {
    Duration expiry;
    expiry.set_seconds(c.seconds);
    expiry.set_nanos(c.nanos);
    checks_.Expiry("f", expiry);
    EXPECT_EQ(Taken(), c.expected) << c.name;
  }
}

TEST_F(FieldChecksTest, NamesEveryInvalidEntryOfAList) {
  const std::vector<std::int64_t> ids = {0, 1, kMaxUserId, kMaxUserId + 1, -5};
  checks_.UserIds("f", RepeatedField<std::int64_t>(ids.begin(), ids.end()), 10);
  EXPECT_EQ(Taken(), (std::vector<std::string>{
                         "m.f[0] must be 1 to 9007199254740991 (2^53-1)",
                         "m.f[3] must be 1 to 9007199254740991 (2^53-1)",
                         "m.f[4] must be 1 to 9007199254740991 (2^53-1)",
                     }));
}

TEST_F(FieldChecksTest, CountsARepeatedRecipientOnce) {
  const std::vector<std::string> refused = {"m.f must name at most 3 different users"};
  const std::vector<std::int64_t> three = {1, 2, 3, 1, 1, 2, 3, 3};
  const std::vector<std::int64_t> four = {1, 2, 3, 1, 1, 2, 3, 4};
  checks_.Recipients("f", RepeatedField<std::int64_t>(three.begin(), three.end()), 3);
  EXPECT_EQ(Taken(), none_);
  checks_.Recipients("f", RepeatedField<std::int64_t>(four.begin(), four.end()), 3);
  EXPECT_EQ(Taken(), refused);
}

TEST_F(FieldChecksTest, NamesEveryInvalidRecipient) {
  const std::vector<std::int64_t> ids = {1, 0};
  checks_.Recipients("f", RepeatedField<std::int64_t>(ids.begin(), ids.end()), 10);
  EXPECT_EQ(Taken(), std::vector<std::string>{"m.f[1] must be 1 to 9007199254740991 (2^53-1)"});
}

TEST_F(FieldChecksTest, CountsEveryEntryOfAList) {
  const std::vector<std::int64_t> ids = {7, 7, 7};
  const RepeatedField<std::int64_t> users(ids.begin(), ids.end());
  checks_.UserIds("f", users, 3);
  EXPECT_EQ(Taken(), none_);
  checks_.UserIds("f", users, 2);
  EXPECT_EQ(Taken(), std::vector<std::string>{"m.f must have at most 2 entries"});
}

}  // namespace
}  // namespace dino::event
