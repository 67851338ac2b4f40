// PublishCustom: the JSON of custom events, and their rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/event/allocations.h"
#include "tests/unit/event/kinds/cases.h"

namespace dino::event {
namespace {

using CustomRequest = v1::PublishCustomRequest;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

std::string JsonWith(const std::string& data) {
  auto request = Valid<CustomRequest>();
  *request.mutable_custom()->mutable_data() = StructOf(data);
  EXPECT_EQ(Validate(request, Limits()).Summary(), "");
  return EventJson(request);
}

TEST(CustomJsonTest, DataFollowsTypeAndGroupSortedByKey) {
  EXPECT_EQ(JsonWith(R"({"z": 1, "a": "x", "m": {"b": [], "a": {}}})"),
            R"({"event_type":"poll","group_id":"6cbb3265-2a7f-494d-92ad-f4503d55d49f",)"
            R"("a":"x","m":{"a":{},"b":[]},"z":1})");
}

TEST(CustomJsonTest, WithoutDataThereAreTypeAndGroupOnly) {
  EXPECT_EQ(JsonWith("{}"),
            R"({"event_type":"poll","group_id":"6cbb3265-2a7f-494d-92ad-f4503d55d49f"})");
}

TEST(CustomJsonTest, WritesEveryKindOfValue) {
  const std::string json = JsonWith(
      R"({"v": [null, true, false, 0, -1, 9007199254740992, 1.5, 1e300, 0.1, "\u0001\"é"]})");
  EXPECT_THAT(json, ::testing::EndsWith(R"("v":[null,true,false,0,-1,9007199254740992,1.5,1e300,)"
                                        R"(0.1,"\u0001\"é"]})"));
}

TEST(CustomJsonTest, OverlaysAreMembersByUser) {
  auto request = Valid<CustomRequest>();
  (*request.mutable_overlays())[4321] = StructOf(R"({"b": [1], "a": "x"})");
  (*request.mutable_overlays())[1234] = StructOf("{}");
  EXPECT_EQ(Validate(request, Limits()).Summary(), "");
  EXPECT_THAT(RecipientsOf(request).overlays,
              UnorderedElementsAre(Pair(4321, R"("a":"x","b":[1])")));
}

TEST(CustomRecipientsTest, AreTopicsWhenNoUsersAreNamed) {
  auto request = Valid<CustomRequest>();
  request.clear_user_ids();
  for (const char* topic : {"b", "a", "b"}) request.add_topics(topic);
  const Recipients recipients = RecipientsOf(request);
  EXPECT_THAT(recipients.topics, ElementsAre("b", "a"));
  EXPECT_TRUE(recipients.user_ids.empty());
}

std::function<void(CustomRequest&)> WithTopics(std::vector<std::string> topics) {
  return [topics = std::move(topics)](CustomRequest& r) {
    r.clear_user_ids();
    for (const std::string& topic : topics) r.add_topics(topic);
  };
}

TEST(CustomValidationTest, NamesTheInvalidFieldsOfTheEvent) {
  ExpectOf<CustomRequest>({
      {"nothing", [](CustomRequest&) {}, {}},
      {"no event", [](CustomRequest& r) { r.clear_custom(); }, {"custom is required"}},
      {"an empty one",
       [](CustomRequest& r) { r.mutable_custom()->Clear(); },
       {"custom.event_type must be 1 to 64 of a-z, 0-9, _ and -",
        "custom.group_id must be a UUID: 8-4-4-4-12 hexadecimal digits"}},
      {"the type of another RPC",
       [](CustomRequest& r) { r.mutable_custom()->set_event_type("join"); },
       {"custom.event_type must not be the event_type of another RPC"}},
      {"a reserved key",
       [](CustomRequest& r) {
         *r.mutable_custom()->mutable_data() = StructOf(R"({"group_id": 1})");
       },
       {"custom.data must not have the keys event_type and group_id"}},
      {"a number that JSON cannot hold",
       [](CustomRequest& r) {
         (*r.mutable_custom()->mutable_data()->mutable_fields())["a"]
             .mutable_list_value()
             ->add_values()
             ->set_number_value(std::numeric_limits<double>::quiet_NaN());
       },
       {"custom.data must have only set values and finite numbers"}},
      {"a value without a kind",
       [](CustomRequest& r) {
         (*(*r.mutable_custom()->mutable_data()->mutable_fields())["a"]
               .mutable_struct_value()
               ->mutable_fields())["b"];
       },
       {"custom.data must have only set values and finite numbers"}},
  });
}

TEST(CustomValidationTest, NamesTheInvalidRecipients) {
  ExpectOf<CustomRequest>({
      {"topics", WithTopics({"rooms/lobby", "é"}), {}},
      {"nobody",
       [](CustomRequest& r) { r.clear_user_ids(); },
       {"user_ids must name at least one user unless topics names one"}},
      {"both",
       [](CustomRequest& r) { r.add_topics("a"); },
       {"topics must be empty if user_ids is not"}},
      {"an invalid user",
       [](CustomRequest& r) { r.add_user_ids(0); },
       {"user_ids[2] must be 1 to 9007199254740991 (2^53-1)"}},
      {"invalid topics",
       WithTopics({"", "a//b", "/a", "a/", "$SYS", "a+", "#", std::string(1, '\0'),
                   std::string(256, 'x'), "1/2/3/4/5/6/7/8/9", "1/2/3/4/5/6/7/8", "\uFFFE"}),
       {"topics[0] must not be empty", "topics[1] must have no empty level",
        "topics[2] must have no empty level", "topics[3] must have no empty level",
        "topics[4] must not begin with $", "topics[5] must not contain the wildcards + and #",
        "topics[6] must not contain the wildcards + and #",
        "topics[7] must not contain control characters or noncharacters",
        "topics[8] must be at most 255 bytes",
        "topics[9] must have fewer levels: a topic has at most 10",
        "topics[11] must not contain control characters or noncharacters"}},
  });
  Limits limits;
  limits.max_recipients = 1;
  auto request = Valid<CustomRequest>();
  WithTopics({"a", "a", "b"})(request);
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"topics must name at most 1 different topics"});
  limits.max_recipients = 2;
  EXPECT_TRUE(Validate(request, limits).empty());
}

// What that takes at most while it lasts.
std::size_t MemoryToValidate(const CustomRequest& request, const Limits& limits) {
  const AllocationPeak peak;
  (void)Validate(request, limits);
  return peak.bytes();
}

TEST(CustomValidationTest, TakesNoMemoryForTopicsUpToTheLimitAndLittleBeyond) {
  Limits limits;
  limits.max_recipients = 10;
  auto request = Valid<CustomRequest>();
  request.clear_user_ids();
  for (int i = 0; i < 10; ++i) request.add_topics(std::to_string(i));
  EXPECT_EQ(MemoryToValidate(request, limits), 0U);
  for (int i = 10; i < 10000; ++i) request.add_topics(std::to_string(i));
  EXPECT_LT(MemoryToValidate(request, limits), 4096U);
}

TEST(CustomValidationTest, TakesNoMemoryForUsersWithoutOverlays) {
  auto request = Valid<CustomRequest>();
  request.mutable_user_ids()->Resize(10000, 0);
  std::iota(request.mutable_user_ids()->begin(), request.mutable_user_ids()->end(), 1);
  (*request.mutable_overlays())[1234] = StructOf("{}");
  EXPECT_LT(MemoryToValidate(request, Limits()), 4096U);
}

TEST(CustomValidationTest, NamesTheInvalidOverlays) {
  const auto with = [](std::int64_t user_id, const std::string& json) {
    return [=](CustomRequest& r) { (*r.mutable_overlays())[user_id] = StructOf(json); };
  };
  ExpectOf<CustomRequest>({
      {"of somebody else", with(5, "{}"), {"overlays[5] must be for one of user_ids"}},
      {"a reserved key",
       with(1234, R"({"event_type": "x"})"),
       {"overlays[1234] must not have the keys event_type and group_id"}},
      {"a key of the data",
       with(1234, R"({"question": "x"})"),
       {"overlays[1234] must not have a key of custom.data"}},
  });
}

using Sizes = std::vector<std::pair<const char*, std::size_t>>;

// Structs and their size as JSON: larger than in protobuf's binary format with escapes, smaller
// with numbers.
const Sizes kSizes = {{R"({"a": "xxxxxxxx"})", 16}, {R"({"a": "\u0001\""})", 16},
                      {R"({"é": "é"})", 11},        {R"({"a": [0, 10.5, -3]})", 17},
                      {R"({"a": {"b": []}})", 14},  {"{}", 2}};

TEST(CustomValidationTest, LimitsDataByItsBytesAsJson) {
  for (const auto& [data, bytes] : kSizes) {
    auto request = Valid<CustomRequest>();
    *request.mutable_custom()->mutable_data() = StructOf(data);
    Limits limits;
    limits.max_payload_bytes = bytes;
    EXPECT_EQ(Lines(Validate(request, limits)), std::vector<std::string>()) << data;
    limits.max_payload_bytes = bytes - 1;
    EXPECT_EQ(Lines(Validate(request, limits)),
              std::vector<std::string>{"custom.data must take at most " +
                                       std::to_string(bytes - 1) + " bytes as JSON"})
        << data;
  }
}

TEST(CustomValidationTest, LimitsAllOverlaysTogetherByTheirBytesAsJson) {
  auto request = Valid<CustomRequest>();
  request.mutable_custom()->clear_data();
  Limits limits;
  limits.max_payload_bytes = 0;
  for (const auto& [overlay, bytes] : kSizes) {
    const int user = request.overlays_size() + 1;
    request.add_user_ids(user);
    (*request.mutable_overlays())[user] = StructOf(overlay);
    limits.max_payload_bytes += bytes;
  }
  EXPECT_EQ(Lines(Validate(request, limits)), std::vector<std::string>());
  --limits.max_payload_bytes;
  EXPECT_EQ(Lines(Validate(request, limits)),
            std::vector<std::string>{"overlays must take at most " +
                                     std::to_string(limits.max_payload_bytes) +
                                     " bytes as JSON together"});
}

TEST(CustomValidationTest, MeasuresEvenDataThatCannotBeWritten) {
  auto request = Valid<CustomRequest>();
  google::protobuf::Struct data = StructOf(R"({"a": ")" + std::string(65536, 'x') + "\"}");
  (*data.mutable_fields())["b"].set_number_value(std::numeric_limits<double>::infinity());
  (*data.mutable_fields())["c"];
  *request.mutable_custom()->mutable_data() = data;
  EXPECT_EQ(Lines(Validate(request, Limits())),
            (std::vector<std::string>{"custom.data must have only set values and finite numbers",
                                      "custom.data must take at most 65536 bytes as JSON"}));
}

TEST(CustomValidationTest, AcceptsDataAndOverlaysUpToTheDefaultLimit) {
  auto request = Valid<CustomRequest>();
  const std::string text(65536 - 8, 'x');
  *request.mutable_custom()->mutable_data() = StructOf(R"({"a": ")" + text + "\"}");
  (*request.mutable_overlays())[1234] = StructOf(R"({"b": ")" + text + "\"}");
  EXPECT_EQ(Lines(Validate(request, Limits())), std::vector<std::string>());
}

}  // namespace
}  // namespace dino::event
