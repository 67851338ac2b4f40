#include "server/trace/span_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dino::trace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Span Named(const std::string& name) {
  Span span;
  span.name = name;
  return span;
}

std::vector<std::string> NamesOf(const std::vector<Span>& spans) {
  std::vector<std::string> names;
  for (const Span& span : spans) names.push_back(span.name);
  return names;
}

TEST(SpanQueueTest, GivesThoseThatHaveWaitedLongest) {
  SpanQueue queue(10);
  EXPECT_EQ(queue.Add(Named("a")), 1U);
  EXPECT_EQ(queue.Add(Named("b")), 2U);
  EXPECT_EQ(queue.Add(Named("c")), 3U);
  EXPECT_THAT(NamesOf(queue.Take(2)), ElementsAre("a", "b"));
  EXPECT_THAT(NamesOf(queue.Take(2)), ElementsAre("c"));
  EXPECT_THAT(queue.Take(2), IsEmpty());
  EXPECT_EQ(queue.dropped(), 0U);
}

TEST(SpanQueueTest, DropsAndCountsWhatHasNoRoom) {
  SpanQueue queue(2);
  for (const char* name : {"a", "b", "c", "d"}) queue.Add(Named(name));
  EXPECT_EQ(queue.dropped(), 2U);
  EXPECT_THAT(NamesOf(queue.Take(1)), ElementsAre("a"));
  EXPECT_EQ(queue.Add(Named("e")), 2U);
  EXPECT_THAT(NamesOf(queue.Take(9)), ElementsAre("b", "e"));
}

}  // namespace
}  // namespace dino::trace
