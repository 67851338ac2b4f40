#include "server/event/options.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

// The rules of `options`, for the request of every kind.
template <typename Request>
class OptionsTest : public ::testing::Test {
 protected:
  static Violations After(const std::function<void(v1::PublishOptions&)>& change) {
    auto request = Valid<Request>();
    change(*request.mutable_options());
    return Validate(request, Limits());
  }
};
// clang requires a third argument; an empty one means the default.
TYPED_TEST_SUITE(OptionsTest, AllRequests, );

struct OptionCase {
  const char* name;
  std::function<void(v1::PublishOptions&)> change;
  std::vector<std::string> expected;
};

const std::string kQosRule =
    "options.qos must be a known Qos: QOS_AT_MOST_ONCE or QOS_AT_LEAST_ONCE";
const std::string kKeyRule =
    "options.idempotency_key must be at most 128 bytes of visible ASCII, without spaces";
const std::string kDetailRule =
    "options.result_detail must be a known ResultDetail: RESULT_DETAIL_COUNTS, "
    "RESULT_DETAIL_EXCEPTIONS or RESULT_DETAIL_ALL";
const std::string kCountRule = "options.user_properties must have at most 8 entries";
const std::string kNameRule =
    "options.user_properties must have names of 1 to 64 of A-Z, a-z, 0-9, _, . and -";
const std::string kReservedRule =
    "options.user_properties must not have the names event_id, event_type, traceparent and "
    "tracestate, nor any that begin with dino";
const std::string kValueRule =
    "options.user_properties must have values of at most 256 bytes without control characters and "
    "noncharacters";
const std::string kExpiryRule = "options.expiry must be 1 to 4294967295 seconds";

TYPED_TEST(OptionsTest, NamesTheOptionThatIsWrong) {
  const std::vector<OptionCase> cases = {
      {"zero expiry", [](v1::PublishOptions& o) { o.mutable_expiry(); }, {kExpiryRule}},
      {"negative expiry",
       [](v1::PublishOptions& o) { o.mutable_expiry()->set_seconds(-1); },
       {kExpiryRule}},
      {"long expiry",
       [](v1::PublishOptions& o) { o.mutable_expiry()->set_seconds(4294967296); },
       {kExpiryRule}},
      {"unknown qos",
       [](v1::PublishOptions& o) { o.set_qos(static_cast<v1::Qos>(9)); },
       {kQosRule}},
      {"long key",
       [](v1::PublishOptions& o) { o.set_idempotency_key(std::string(129, 'k')); },
       {kKeyRule}},
      {"space in key", [](v1::PublishOptions& o) { o.set_idempotency_key("a b"); }, {kKeyRule}},
      {"unknown result_detail",
       [](v1::PublishOptions& o) { o.set_result_detail(static_cast<v1::ResultDetail>(9)); },
       {kDetailRule}},
      {"many user properties",
       [](v1::PublishOptions& o) {
         for (const char c : std::string("abcdefghi")) {
           (*o.mutable_user_properties())[std::string(1, c)] = "";
         }
       },
       {kCountRule}},
      {"no name",
       [](v1::PublishOptions& o) { (*o.mutable_user_properties())[""] = "v"; },
       {kNameRule}},
      {"long name",
       [](v1::PublishOptions& o) { (*o.mutable_user_properties())[std::string(65, 'n')] = "v"; },
       {kNameRule}},
      {"two names, each with a space",
       [](v1::PublishOptions& o) {
         (*o.mutable_user_properties())["a b"] = "v";
         (*o.mutable_user_properties())["c d"] = "v";
       },
       {kNameRule}},
      {"long value",
       [](v1::PublishOptions& o) { (*o.mutable_user_properties())["n"] = std::string(257, 'v'); },
       {kValueRule}},
      {"line break in a value",
       [](v1::PublishOptions& o) { (*o.mutable_user_properties())["n"] = "a\nb"; },
       {kValueRule}},
      {"non-character in a value",
       [](v1::PublishOptions& o) { (*o.mutable_user_properties())["n"] = "\xEF\xBF\xBF"; },
       {kValueRule}},
      {"all",
       [](v1::PublishOptions& o) {
         o.mutable_expiry();
         o.set_qos(static_cast<v1::Qos>(-1));
         o.set_idempotency_key("\n");
         o.set_result_detail(static_cast<v1::ResultDetail>(4));
         (*o.mutable_user_properties())["dino_bridge"] = std::string(1, '\0');
       },
       {kExpiryRule, kQosRule, kKeyRule, kDetailRule, kReservedRule, kValueRule}},
  };
  for (const OptionCase& c : cases) {
    EXPECT_EQ(Lines(TestFixture::After(c.change)), c.expected) << c.name;
  }
}

TYPED_TEST(OptionsTest, RefusesReservedNamesOfUserProperties) {
  for (const char* const name : {"event_id", "event_type", "traceparent", "tracestate", "dino"}) {
    const Violations violations = TestFixture::After(
        [name](v1::PublishOptions& o) { (*o.mutable_user_properties())[name] = ""; });
    EXPECT_EQ(Lines(violations), std::vector<std::string>{kReservedRule}) << name;
  }
}

TYPED_TEST(OptionsTest, AcceptsEveryKnownOption) {
  EXPECT_TRUE(TestFixture::After([](v1::PublishOptions&) {}).empty());
  EXPECT_TRUE(TestFixture::After([](v1::PublishOptions& o) {
                o.mutable_expiry()->set_seconds(1);
                o.set_qos(v1::QOS_AT_MOST_ONCE);
                o.set_idempotency_key("k");
                o.set_result_detail(v1::RESULT_DETAIL_COUNTS);
              }).empty());
  EXPECT_TRUE(TestFixture::After([](v1::PublishOptions& o) {
                o.mutable_expiry()->set_seconds(4294967295);
                o.set_qos(v1::QOS_AT_LEAST_ONCE);
                o.set_idempotency_key(std::string(128, 'k'));
                o.set_result_detail(v1::RESULT_DETAIL_ALL);
                auto& properties = *o.mutable_user_properties();
                properties[std::string(64, 'n')] = std::string(256, 'v');
                properties["Sender-Device_1.0"] = "Ådas Gerät";
                properties["dev"] = "";
                for (const char c : std::string("abcde")) properties[std::string(1, c)] = "";
              }).empty());
}

TEST(ExpirySecondsTest, RoundsUp) {
  google::protobuf::Duration expiry;
  expiry.set_nanos(1);
  EXPECT_EQ(ExpirySeconds(expiry), 1U);
  expiry.set_seconds(4294967294);
  EXPECT_EQ(ExpirySeconds(expiry), 4294967295U);
  expiry.set_nanos(0);
  EXPECT_EQ(ExpirySeconds(expiry), 4294967294U);
}

TEST(UserPropertiesTest, ComeInTheOrderOfTheirNames) {
  v1::PublishOptions options;
  for (const char* const name : {"b", "a", "c"}) {
    (*options.mutable_user_properties())[name] = "1";
  }
  EXPECT_EQ(UserPropertiesOf(options), (UserProperties{{"a", "1"}, {"b", "1"}, {"c", "1"}}));
}

}  // namespace
}  // namespace dino::event
