#include "server/fanout/sorted_order.h"

#include <gtest/gtest.h>

namespace dino::fanout {
namespace {

using mqtt::Outcome;

TEST(SortedOrderTest, IsTheSameForASetOfRecipients) {
  const Recipients first = {30, 10, 20};
  const Recipients second = {20, 30, 10};
  Acknowledgements known(3);
  known.Add(0, Outcome::kAcknowledged);  // 30
  known.Add(2, Outcome::kNoSubscriber);  // 20
  const Acknowledgements sorted = SortedOrder(first).Sort(known);
  EXPECT_FALSE(sorted.Has(0));
  EXPECT_EQ(sorted.OutcomeOf(1).outcome, Outcome::kNoSubscriber);
  EXPECT_EQ(sorted.OutcomeOf(2).outcome, Outcome::kAcknowledged);
  const Acknowledgements unsorted = SortedOrder(second).Unsort(sorted);
  EXPECT_EQ(unsorted.OutcomeOf(0).outcome, Outcome::kNoSubscriber);
  EXPECT_EQ(unsorted.OutcomeOf(1).outcome, Outcome::kAcknowledged);
  EXPECT_FALSE(unsorted.Has(2));
}

TEST(SortedOrderTest, OfTopicsIsThatOfTheirNames) {
  Acknowledgements known(2);
  known.Add(0, Outcome::kAcknowledged);
  EXPECT_TRUE(SortedOrder(Recipients::OfTopics({"b", "a"})).Sort(known).Has(1));
  EXPECT_TRUE(SortedOrder(Recipients::OfTopics({"a", "b"})).Sort(known).Has(0));
}

}  // namespace
}  // namespace dino::fanout
