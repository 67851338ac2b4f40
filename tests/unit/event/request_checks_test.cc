#include "server/event/request_checks.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

// The rules shared by requests of all kinds.
template <typename Request>
class RequestChecksTest : public ::testing::Test {
 protected:
  static Violations After(const std::function<void(Request&)>& change) {
    auto request = Valid<Request>();
    change(request);
    return Validate(request, Limits());
  }
};

// clang requires a third argument; an empty one means the default.
TYPED_TEST_SUITE(RequestChecksTest, AllRequests, );

TYPED_TEST(RequestChecksTest, FindsNothingWrongWithAValidRequest) {
  EXPECT_TRUE(Validate(Valid<TypeParam>(), Limits()).empty());
}

TYPED_TEST(RequestChecksTest, ChecksEveryEntryOfUserIds) {
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

TYPED_TEST(RequestChecksTest, CountsAMillionRepetitionsOnce) {
  EXPECT_TRUE(TestFixture::After([](TypeParam& r) {
                r.mutable_user_ids()->Resize(1000000, 4321);
              }).empty());
}

TYPED_TEST(RequestChecksTest, ListsFiftyOfAMillionWrongEntriesAndCountsAll) {
  const Violations violations = TestFixture::After([](TypeParam& r) {
    r.clear_user_ids();
    r.mutable_user_ids()->Resize(1000000, 0);
  });
  EXPECT_EQ(violations.total(), 1000000U);
  EXPECT_EQ(violations.listed().size(), 50U);
  EXPECT_EQ(violations.listed().back().field, "user_ids[49]");
}

TYPED_TEST(RequestChecksTest, ListsOptionsBeforeALongListOfWrongEntries) {
  const Violations violations = TestFixture::After([](TypeParam& r) {
    r.mutable_user_ids()->Resize(1000, 0);
    r.mutable_options()->mutable_expiry();
  });
  EXPECT_EQ(violations.listed().front().field, "options.expiry");
}

// PublishGroup has a fallback list, PublishCustom topics, PublishRead its own limit.
TYPED_TEST(RequestChecksTest, RefusesAnEmptyListWithoutFallback) {
  const Violations violations = TestFixture::After([](TypeParam& r) { r.clear_user_ids(); });
  if constexpr (std::is_same_v<TypeParam, v1::PublishGroupRequest>) {
    EXPECT_TRUE(violations.empty());
  } else if constexpr (std::is_same_v<TypeParam, v1::PublishCustomRequest>) {
    EXPECT_EQ(
        Lines(violations),
        std::vector<std::string>{"user_ids must name at least one user unless topics names one"});
  } else {
    EXPECT_EQ(Lines(violations), std::vector<std::string>{"user_ids must name at least one user"});
  }
}

TYPED_TEST(RequestChecksTest, HoldsUserIdsAgainstTheLimit) {
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
