#include "server/event/validation.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/unit/event/valid_requests.h"

namespace dino::event {
namespace {

// The rules that all six requests share: those of `options` and `user_ids`.
template <typename Request>
class ValidationTest : public testing::Test {
 protected:
  static Violations After(const std::function<void(Request&)>& change) {
    auto request = Valid<Request>();
    change(request);
    return Validate(request, Limits());
  }
};

using Requests =
    testing::Types<v1::PublishGroupRequest, v1::PublishMessageRequest, v1::PublishAttachmentRequest,
                   v1::PublishEditRequest, v1::PublishActionLogRequest, v1::PublishReadRequest>;
// clang demands a third argument; an empty one is the default.
TYPED_TEST_SUITE(ValidationTest, Requests, );

struct Case {
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
const std::string kExpiryRule = "options.expiry must be 1 to 4294967295 seconds";

TYPED_TEST(ValidationTest, FindsNothingWrongWithAValidRequest) {
  EXPECT_TRUE(Validate(Valid<TypeParam>(), Limits()).empty());
}

TYPED_TEST(ValidationTest, NamesTheOptionThatIsWrong) {
  using Options = v1::PublishOptions;
  const std::vector<Case> cases = {
      {"zero expiry", [](Options& o) { o.mutable_expiry(); }, {kExpiryRule}},
      {"negative expiry", [](Options& o) { o.mutable_expiry()->set_seconds(-1); }, {kExpiryRule}},
      {"long expiry",
       [](Options& o) { o.mutable_expiry()->set_seconds(4294967296); },
       {kExpiryRule}},
      {"unknown qos", [](Options& o) { o.set_qos(static_cast<v1::Qos>(9)); }, {kQosRule}},
      {"long key", [](Options& o) { o.set_idempotency_key(std::string(129, 'k')); }, {kKeyRule}},
      {"space in key", [](Options& o) { o.set_idempotency_key("a b"); }, {kKeyRule}},
      {"unknown result_detail",
       [](Options& o) { o.set_result_detail(static_cast<v1::ResultDetail>(9)); },
       {kDetailRule}},
      {"all",
       [](Options& o) {
         o.mutable_expiry();
         o.set_qos(static_cast<v1::Qos>(-1));
         o.set_idempotency_key("\n");
         o.set_result_detail(static_cast<v1::ResultDetail>(4));
       },
       {kExpiryRule, kQosRule, kKeyRule, kDetailRule}},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Lines(TestFixture::After([&c](TypeParam& r) { c.change(*r.mutable_options()); })),
              c.expected)
        << c.name;
  }
}

TYPED_TEST(ValidationTest, AcceptsEveryKnownOption) {
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) { r.mutable_options(); }).empty());
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) {
                r.mutable_options()->mutable_expiry()->set_seconds(1);
                r.mutable_options()->set_qos(v1::QOS_AT_MOST_ONCE);
                r.mutable_options()->set_idempotency_key("k");
                r.mutable_options()->set_result_detail(v1::RESULT_DETAIL_COUNTS);
              }).empty());
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) {
                r.mutable_options()->mutable_expiry()->set_seconds(4294967295);
                r.mutable_options()->set_qos(v1::QOS_AT_LEAST_ONCE);
                r.mutable_options()->set_idempotency_key(std::string(128, 'k'));
                r.mutable_options()->set_result_detail(v1::RESULT_DETAIL_ALL);
              }).empty());
}

TYPED_TEST(ValidationTest, ChecksEveryEntryOfUserIds) {
  EXPECT_EQ(Lines(TestFixture::After([](TypeParam& r) {
              r.set_user_ids(0, 0);
              r.set_user_ids(1, 9007199254740992);
            })),
            (std::vector<std::string>{"user_ids[0] must be 1 to 9007199254740991 (2^53-1)",
                                      "user_ids[1] must be 1 to 9007199254740991 (2^53-1)"}));
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) {
                r.set_user_ids(0, 1);
                r.set_user_ids(1, 9007199254740991);
              }).empty());
}

TYPED_TEST(ValidationTest, CountsAMillionRepetitionsOnce) {
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) {
                r.mutable_user_ids()->Resize(1000000, 4321);
              }).empty());
}

TYPED_TEST(ValidationTest, ListsFiftyOfAMillionWrongEntriesAndCountsAll) {
  const Violations violations = TestFixture::After([](TypeParam& r) {
    r.clear_user_ids();
    r.mutable_user_ids()->Resize(1000000, 0);
  });
  EXPECT_EQ(violations.total(), 1000000U);
  EXPECT_EQ(violations.listed().size(), 50U);
  EXPECT_EQ(violations.listed().back().field, "user_ids[49]");
}

TYPED_TEST(ValidationTest, ListsOptionsBeforeALongListOfWrongEntries) {
  const Violations violations = TestFixture::After([](TypeParam& r) {
    r.mutable_user_ids()->Resize(1000, 0);
    r.mutable_options()->mutable_expiry();
  });
  EXPECT_EQ(violations.listed().front().field, "options.expiry");
}

// PublishGroup has a list to fall back on, PublishRead a limit of its own.
TYPED_TEST(ValidationTest, RefusesAnEmptyListWithoutFallback) {
  const Violations violations = TestFixture::After([](TypeParam& r) { r.clear_user_ids(); });
  if constexpr (std::is_same_v<TypeParam, v1::PublishGroupRequest>) {
    EXPECT_TRUE(violations.empty());
  } else {
    EXPECT_EQ(Lines(violations), std::vector<std::string>{"user_ids must name at least one user"});
  }
}

TYPED_TEST(ValidationTest, HoldsUserIdsAgainstTheLimit) {
  if constexpr (!std::is_same_v<TypeParam, v1::PublishReadRequest>) {
    const auto with = [](int count) {
      return TestFixture::After([count](TypeParam& r) {
        r.mutable_user_ids()->Resize(count, 0);
        std::iota(r.mutable_user_ids()->begin(), r.mutable_user_ids()->end(), 1);
        r.add_user_ids(1);
      });
    };
    EXPECT_TRUE(with(10000).empty());
    EXPECT_EQ(Lines(with(10001)),
              std::vector<std::string>{"user_ids must name at most 10000 different users"});
  }
}

}  // namespace
}  // namespace dino::event
