// What holds for every kind of event.
#include "server/event/kinds.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "tests/unit/event/requests.h"

namespace dino::event {
namespace {

template <typename Request>
class KindTest : public ::testing::Test {};
// clang requires a third argument; an empty one means the default.
TYPED_TEST_SUITE(KindTest, AllRequests, );

TYPED_TEST(KindTest, WritesTheGoldenBytes) {
  TypeParam request;
  ReadGoldenRequest(Kind<TypeParam>::kName, request);
  EXPECT_EQ(Validate(request, Limits()).Summary(), "");
  EXPECT_EQ(EventJson(request), GoldenEvent(Kind<TypeParam>::kName));
}

TYPED_TEST(KindTest, WritesItsTypeFirst) {
  const auto request = Valid<TypeParam>();
  const std::string begin = R"({"event_type":")" + std::string(EventType(request)) + R"(",)";
  EXPECT_EQ(EventJson(request).substr(0, begin.size()), begin);
}

TYPED_TEST(KindTest, IsForTheUsersOfItsRequest) {
  const Recipients recipients = RecipientsOf(Valid<TypeParam>());
  EXPECT_EQ(recipients.user_ids, (std::vector<std::int64_t>{1234, 4321}));
  EXPECT_TRUE(recipients.topics.empty());
  EXPECT_TRUE(recipients.overlays.empty());
}

TYPED_TEST(KindTest, HasItsPlaceAmongTheNames) {
  EXPECT_EQ(kEventKinds.at(kKindIndex<TypeParam>), Kind<TypeParam>::kName);
}

TYPED_TEST(KindTest, HasARpcOfItsOwnThatTakesItsRequest) {
  const auto* const service = TypeParam::descriptor()->file()->service(0);
  const auto* const method = service->FindMethodByName(std::string(Kind<TypeParam>::kMethod));
  ASSERT_NE(method, nullptr);
  EXPECT_EQ(method->input_type(), TypeParam::descriptor());
}

TYPED_TEST(KindTest, NamesTheEventUnlessCallersDo) {
  constexpr bool kIsCustom = std::is_same_v<TypeParam, v1::PublishCustomRequest>;
  EXPECT_EQ(EventType(Valid<TypeParam>()), kIsCustom ? "poll" : Kind<TypeParam>::kName);
  EXPECT_EQ(IsTypedEvent(Kind<TypeParam>::kName), !kIsCustom);
}

TEST(KindsTest, AreTheEventsOfBatchesAndStreams) {
  std::set<std::string> events;
  const auto* const event = v1::EventRequest::descriptor();
  for (int i = 0; i < event->field_count(); ++i) events.emplace(event->field(i)->name());
  EXPECT_EQ(events, std::set<std::string>(kEventKinds.begin(), kEventKinds.end()));
}

TEST(KindsTest, OtherMessagesHaveNoIndex) {
  EXPECT_EQ(IndexOfKind("poll"), kEventKinds.size());
  EXPECT_EQ(IndexOfKind(""), kEventKinds.size());
  EXPECT_FALSE(IsTypedEvent("poll"));
}

}  // namespace
}  // namespace dino::event
