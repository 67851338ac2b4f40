#include "server/auth/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "google/protobuf/descriptor.h"
#include "server/base/hex.h"

namespace dino::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

const std::string kDigest(64, 'a');
const std::string kOther(64, 'b');

std::string File(const std::string& entries) { return R"({"callers": [)" + entries + "]}"; }

std::string Problem(const std::string& json) {
  return std::string(ParseKeyFile(json).status().message());
}

KeyDigest DigestIn(std::string_view hex) {
  KeyDigest digest{};
  EXPECT_TRUE(FromHex(hex, absl::MakeSpan(digest))) << hex;
  return digest;
}

TEST(KeyFileTest, ReadsEveryMember) {
  const auto entries =
      ParseKeyFile(File(R"({"name": "chat-1", "sha256": [")" + kDigest + R"(", ")" + kOther +
                        R"("], "certificates": ["spiffe://prod/Chat", "Chat.example"],
              "methods": ["PublishMessage", "PublishBatch"],
              "event_types": ["message", "build_*"], "topics": ["+", "builds/#"],
              "events_per_second": 2.5,
              "recipients_per_second": 1000, "environment": "prod"})"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 1U);
  const CallerEntry& entry = entries->front();
  EXPECT_EQ(entry.name, "chat-1");
  EXPECT_THAT(entry.keys, ElementsAre(DigestIn(kDigest), DigestIn(kOther)));
  EXPECT_THAT(entry.certificates, ElementsAre("spiffe://prod/Chat", "chat.example"));
  EXPECT_THAT(entry.methods, Optional(ElementsAre("PublishBatch", "PublishMessage")));
  EXPECT_THAT(entry.event_types, Optional(ElementsAre("message", "build_*")));
  EXPECT_THAT(entry.topics, Optional(ElementsAre("+", "builds/#")));
  EXPECT_EQ(entry.rates.events_per_second, 2.5);
  EXPECT_EQ(entry.rates.recipients_per_second, 1000);
  EXPECT_EQ(entry.environment, "prod");
}

TEST(ApiKeyTest, KeysAreVisibleAsciiOfLimitedLength) {
  EXPECT_TRUE(CheckKey(std::string(16, '!')).ok());
  EXPECT_TRUE(CheckKey(std::string(512, '~')).ok());
  for (const std::string& key : {std::string(), std::string(15, 'k'), std::string(513, 'k'),
                                 std::string(16, ' '), std::string(15, 'k') + "\n",
                                 std::string(15, 'k') + "\x7f", std::string(15, 'k') + "\xff"}) {
    EXPECT_FALSE(CheckKey(key).ok()) << key;
  }
}

TEST(ApiKeyTest, TheErrorDoesNotRepeatTheKey) {
  EXPECT_EQ(CheckKey("secret").message().find("secret"), std::string::npos);
}

TEST(KeyFileTest, AnyMethodOfTheServiceCanBeAllowed) {
  const auto& service = *events::v1::PublishMessageRequest::descriptor()->file()->service(0);
  MethodSet methods;
  std::string list;
  for (int i = 0; i < service.method_count(); ++i) {
    methods.emplace(service.method(i)->name());
    absl::StrAppend(&list, i == 0 ? "\"" : ", \"", service.method(i)->name(), "\"");
  }
  const auto entries = ParseKeyFile(
      File(R"({"name": "a", "sha256": ")" + kDigest + R"(", "methods": [)" + list + "]}"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(entries->front().methods, Optional(methods));
}

TEST(KeyFileTest, AMissingLimitMeansUnlimited) {
  const auto entries = ParseKeyFile(File(R"({"name": "a", "sha256": ")" + kDigest + R"("})"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  const CallerEntry& entry = entries->front();
  EXPECT_THAT(entry.keys, ElementsAre(DigestIn(kDigest)));
  EXPECT_FALSE(entry.methods.has_value());
  EXPECT_FALSE(entry.event_types.has_value());
  EXPECT_FALSE(entry.topics.has_value());
  EXPECT_FALSE(entry.rates.events_per_second.has_value());
  EXPECT_FALSE(entry.rates.recipients_per_second.has_value());
  EXPECT_FALSE(entry.environment.has_value());
}

TEST(KeyFileTest, ACertificateNameCanReplaceAKey) {
  const auto entries = ParseKeyFile(File(R"({"name": "a", "certificates": "a.example"})"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(entries->front().certificates, ElementsAre("a.example"));
  EXPECT_TRUE(entries->front().keys.empty());
}

TEST(KeyFileTest, CertificateNamesAreUnique) {
  EXPECT_THAT(Problem(File(R"({"name": "a", "certificates": "a.example"},
                              {"name": "b", "certificates": ["b.example", "A.example"]})")),
              HasSubstr("callers[1].certificates must not appear twice"));
}

TEST(KeyFileTest, MayListNoCallers) { EXPECT_TRUE(ParseKeyFile(File("")).ok()); }

TEST(KeyFileTest, ListsOfRightsMayBeEmpty) {
  const auto entries = ParseKeyFile(
      File(R"({"name": "a", "methods": [], "event_types": [], "topics": [], "sha256": ")" +
           kDigest + R"("})"));
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(entries->front().methods, Optional(::testing::IsEmpty()));
  EXPECT_THAT(entries->front().event_types, Optional(::testing::IsEmpty()));
  EXPECT_THAT(entries->front().topics, Optional(::testing::IsEmpty()));
}

struct BadCase {
  const char* name;
  // The entry's members except its name and key.
  std::string members;
  const char* place;
};

class BadEntryTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadEntryTest, IsRefusedByItsPlace) {
  const std::string good = R"({"name": "good", "sha256": ")" + kOther + R"("})";
  EXPECT_THAT(Problem(File(good + ", {" + GetParam().members + "}")), HasSubstr(GetParam().place));
}

const std::string kName = R"("name": "a", )";
const std::string kKey = R"(, "sha256": ")" + kDigest + "\"";

INSTANTIATE_TEST_SUITE_P(
    All, BadEntryTest,
    ::testing::Values(
        BadCase{"NoName", R"("sha256": ")" + kDigest + "\"", "callers[1].name is required"},
        BadCase{"NoKey", R"("name": "a")", "callers[1] must have sha256 or certificates"},
        BadCase{"NameOfWrongType", R"("name": 1)" + kKey, "callers[1].name must"},
        BadCase{"NameEmpty", R"("name": "")" + kKey, "callers[1].name must"},
        BadCase{"NameWithSpace", R"("name": "a b")" + kKey, "callers[1].name must"},
        BadCase{"NameTooLong", R"("name": ")" + std::string(65, 'a') + "\"" + kKey,
                "callers[1].name must"},
        BadCase{"NameTwice", R"("name": "good")" + kKey, "callers[1].name must not"},
        BadCase{"KeyTwice", kName + R"("sha256": ")" + kOther + "\"", "callers[1].sha256 must not"},
        BadCase{"KeyNoDigest", kName + R"("sha256": "secret")", "callers[1].sha256 must"},
        BadCase{"KeyListEmpty", kName + R"("sha256": [])", "callers[1].sha256 must"},
        BadCase{"KeyListOfOthers", kName + R"("sha256": [1])", "callers[1].sha256 must"},
        BadCase{"CertificateNumber", kName + R"("certificates": 1)",
                "callers[1].certificates must"},
        BadCase{"CertificateEmpty", kName + R"("certificates": "")",
                "callers[1].certificates must"},
        BadCase{"CertificateWithASpace", kName + R"("certificates": ["a b"])",
                "callers[1].certificates must"},
        BadCase{"CertificateListEmpty", kName + R"("certificates": [])",
                "callers[1].certificates must"},
        BadCase{"KeyNumber", kName + R"("sha256": 1)", "callers[1].sha256 must"},
        BadCase{"MethodUnknown", kName + R"("methods": ["Publish"])" + kKey,
                "callers[1].methods must"},
        BadCase{"MethodsNoList", kName + R"("methods": "PublishRead")" + kKey,
                "callers[1].methods must"},
        BadCase{"EventTypesNoList", kName + R"("event_types": "read")" + kKey,
                "callers[1].event_types must be a list"},
        BadCase{"EventTypeNumber", kName + R"("event_types": ["read", 1])" + kKey,
                "callers[1].event_types[1] must be a string"},
        BadCase{"EventTypeNoType", kName + R"("event_types": ["Read"])" + kKey,
                "callers[1].event_types[0] must be an event_type"},
        BadCase{"TopicsNoList", kName + R"("topics": "+")" + kKey,
                "callers[1].topics must be a list"},
        BadCase{"TopicNoFilter", kName + R"("topics": ["+", "a/b+"])" + kKey,
                "callers[1].topics[1] must not contain the wildcards"},
        BadCase{"TopicTooDeep", kName + R"("topics": ["1/2/3/4/5/6/7/8/9/10/#"])" + kKey,
                "callers[1].topics[0] must have fewer levels"},
        BadCase{"RateZero", kName + R"("events_per_second": 0)" + kKey,
                "callers[1].events_per_second must"},
        BadCase{"RateNegative", kName + R"("recipients_per_second": -1)" + kKey,
                "callers[1].recipients_per_second must"},
        BadCase{"RateText", kName + R"("events_per_second": "1")" + kKey,
                "callers[1].events_per_second must"},
        BadCase{"RateHuge", kName + R"("events_per_second": 1e10)" + kKey,
                "callers[1].events_per_second must"},
        BadCase{"EnvironmentEmpty", kName + R"("environment": "")" + kKey,
                "callers[1].environment must"},
        BadCase{"MemberTwice",
                kName + R"("methods": ["PublishRead"], "methods": ["PublishMessage"])" + kKey,
                "callers[1].methods must appear only once"},
        BadCase{"UnknownMember", kName + R"("method": [])" + kKey, "callers[1] must"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(KeyFileTest, AnythingElseIsRefused) {
  for (const std::string& json :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), std::string("{}"),
        std::string(R"({"callers": {}})"), std::string(R"({"callers": [1]})"),
        std::string(R"({"callers": [], "more": 1})"), File("") + "x", File("{\"name\": \"\xff\"}"),
        std::string(100000, '[')}) {
    EXPECT_NE(Problem(json), "") << json.substr(0, 40);
  }
}

TEST(KeyFileTest, NoErrorRepeatsAKey) {
  EXPECT_EQ(Problem(File(R"({"name": "a", "sha256": "topsecret"})")).find("topsecret"),
            std::string::npos);
}

}  // namespace
}  // namespace dino::auth
