#include "server/event/recipients.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace dino::event {
namespace {

using Ids = std::vector<std::int64_t>;

Ids Distinct(const Ids& ids) { return ToUsers({ids.begin(), ids.end()}).user_ids; }

TEST(RecipientsTest, KeepTheFirstOccurrenceInAShortList) {
  EXPECT_EQ(Distinct({3, 1, 3, 2, 1, 3}), (Ids{3, 1, 2}));
  EXPECT_EQ(Distinct({5, 5, 5}), (Ids{5}));
}

TEST(RecipientsTest, KeepTheFirstOccurrenceInALongList) {
  for (const std::int64_t length : {16, 17, 100, 10000}) {
    Ids falling(static_cast<std::size_t>(length));
    std::iota(falling.rbegin(), falling.rend(), 1);
    Ids repeated = falling;
    repeated.insert(repeated.end(), falling.rbegin(), falling.rend());
    EXPECT_EQ(Distinct(repeated), falling) << length;
  }
}

TEST(RecipientsTest, NoticeADuplicateInASortedList) {
  Ids sorted(100);
  std::iota(sorted.begin(), sorted.end(), 1);
  EXPECT_EQ(Distinct(sorted), sorted);
  Ids repeated = sorted;
  repeated.insert(repeated.begin() + 50, repeated[50]);
  EXPECT_EQ(Distinct(repeated), sorted);
}

TEST(RecipientsTest, CountAMillionDuplicatesOnce) {
  EXPECT_EQ(Distinct(Ids(1000000, 9007199254740991)), (Ids{9007199254740991}));
}

TEST(RecipientsTest, KeepTheFirstOccurrenceOfATopic) {
  google::protobuf::RepeatedPtrField<std::string> topics;
  for (const char* topic : {"b", "a", "b"}) *topics.Add() = topic;
  EXPECT_EQ(ToTopics(topics).topics, (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace dino::event
