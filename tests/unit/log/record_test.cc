#include "server/log/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "rapidjson/document.h"
#include "tests/support/case_name.h"

namespace dino::log {
namespace {

using std::chrono::system_clock;

system_clock::time_point Moment() {
  return system_clock::time_point(std::chrono::microseconds(1795560456123456));
}

TEST(FormatRecordTest, WritesJsonInTheDocumentedForm) {
  EXPECT_EQ(FormatRecord(Format::kJson, Moment(), Level::kInfo, "session up",
                         {{"broker", "127.0.0.1:1883"},
                          {"attempt", 3},
                          {"size", std::uint64_t{18446744073709551615U}},
                          {"offset", std::int64_t{-5}},
                          {"seconds", 0.25},
                          {"again", true}}),
            R"({"time":"2026-11-24T22:47:36.123456Z","level":"info","message":"session up",)"
            R"("broker":"127.0.0.1:1883","attempt":3,"size":18446744073709551615,"offset":-5,)"
            R"("seconds":0.25,"again":true})"
            "\n");
}

TEST(FormatRecordTest, WritesTextInTheDocumentedForm) {
  EXPECT_EQ(FormatRecord(Format::kText, Moment(), Level::kWarning, "session lost",
                         {{"broker", "127.0.0.1:1883"}, {"why", "timed out"}, {"attempt", 3}}),
            "2026-11-24T22:47:36.123456Z WARNING session lost broker=127.0.0.1:1883 "
            "why=\"timed out\" attempt=3\n");
}

TEST(FormatRecordTest, NamesEveryLevel) {
  const std::vector<std::pair<Level, std::string>> levels = {{Level::kDebug, "debug"},
                                                             {Level::kInfo, "info"},
                                                             {Level::kWarning, "warning"},
                                                             {Level::kError, "error"}};
  for (const auto& [level, name] : levels) {
    EXPECT_THAT(FormatRecord(Format::kJson, Moment(), level, "m", {}),
                ::testing::HasSubstr("\"level\":\"" + name + "\""));
  }
}

TEST(FormatRecordTest, WritesTimesBeforeTheEpochAndWholeSeconds) {
  EXPECT_THAT(FormatRecord(Format::kText, system_clock::time_point(std::chrono::microseconds(-1)),
                           Level::kInfo, "m", {}),
              ::testing::StartsWith("1969-12-31T23:59:59.999999Z "));
  EXPECT_THAT(FormatRecord(Format::kText, system_clock::time_point(), Level::kInfo, "m", {}),
              ::testing::StartsWith("1970-01-01T00:00:00.000000Z "));
}

struct TextCase {
  std::string name;
  std::string given;
  std::string json;  // The value that a JSON parser reads.
  std::string text;  // The value in the text form.
};

class EscapingTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(EscapingTest, KeepsOneRecordOnOneLineOfValidJson) {
  const std::string& given = GetParam().given;
  const std::string line =
      FormatRecord(Format::kJson, Moment(), Level::kError, given, {{"value", given}, {given, 1}});

  EXPECT_EQ(line.find('\n'), line.size() - 1);
  rapidjson::Document parsed;
  parsed.Parse<rapidjson::kParseValidateEncodingFlag>(line.data(), line.size());
  ASSERT_FALSE(parsed.HasParseError()) << line;
  const auto text = [&parsed](const char* key) {
    return std::string(parsed[key].GetString(), parsed[key].GetStringLength());
  };
  EXPECT_EQ(text("message"), GetParam().json);
  EXPECT_EQ(text("value"), GetParam().json);
}

TEST_P(EscapingTest, KeepsOneRecordOnOneLineOfText) {
  const std::string line =
      FormatRecord(Format::kText, Moment(), Level::kError, "m", {{"value", GetParam().given}});

  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_THAT(line, ::testing::EndsWith("ERROR m value=" + GetParam().text + "\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, EscapingTest,
    ::testing::Values(
        TextCase{"Empty", "", "", "\"\""}, TextCase{"Plain", "a/b-c", "a/b-c", "a/b-c"},
        TextCase{"Quotes", "say \"hi\"", "say \"hi\"", R"("say \"hi\"")"},
        TextCase{"Backslash", R"(a\b)", R"(a\b)", R"("a\\b")"},
        TextCase{"LineBreaks", "a\r\nb\tc", "a\r\nb\tc", R"("a\r\nb\tc")"},
        TextCase{"Controls", std::string("a\0b\x1f\x7f", 5), std::string("a\0b\x1f\x7f", 5),
                 R"("a\u0000b\u001f\u007f")"},
        TextCase{"EqualsSign", "a=b", "a=b", "\"a=b\""}, TextCase{"FourByteUtf8", "😀é", "😀é", "😀é"},
        TextCase{"StrayByte",
                 "a\xff"
                 "b",
                 "a\uFFFD"
                 "b",
                 "a\uFFFD"
                 "b"},
        TextCase{"CutSequence", "a\xe2\x82", "a\uFFFD\uFFFD", "a\uFFFD\uFFFD"},
        TextCase{"Overlong", "\xc0\x80", "\uFFFD\uFFFD", "\uFFFD\uFFFD"},
        TextCase{"OverlongThreeBytes", "\xe0\x80\x80", "\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD"},
        TextCase{"Surrogate", "\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD", "\uFFFD\uFFFD\uFFFD"},
        TextCase{"BeyondUnicode", "\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD",
                 "\uFFFD\uFFFD\uFFFD\uFFFD"}),
    testing::CaseName());

TEST(FormatRecordTest, WritesDoublesShortAndExact) {
  const auto value = [](double number) {
    const std::string line =
        FormatRecord(Format::kText, Moment(), Level::kInfo, "m", {{"v", number}});
    return line.substr(line.find("v=") + 2);
  };
  EXPECT_EQ(value(0.1), "0.1\n");
  EXPECT_EQ(value(0.1 + 0.2), "0.30000000000000004\n");
  EXPECT_EQ(value(1e300), "1e+300\n");
  EXPECT_EQ(value(std::numeric_limits<double>::infinity()), "null\n");
  EXPECT_EQ(value(std::nan("")), "null\n");
}

}  // namespace
}  // namespace dino::log
