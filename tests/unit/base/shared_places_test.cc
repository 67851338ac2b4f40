#include "server/base/shared_places.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dino {
namespace {

using Places = std::vector<SharedPlaces::Place>;

std::size_t TakeAll(SharedPlaces& shared, const std::string& owner, Places& held) {
  std::size_t taken = 0;
  while (auto place = shared.TryTake(owner)) {
    held.push_back(*std::move(place));
    ++taken;
  }
  return taken;
}

TEST(SharedPlacesTest, OneOwnerFillsThreeQuarters) {
  SharedPlaces shared(1000);
  Places held;
  EXPECT_EQ(TakeAll(shared, "greedy", held), 750U);
  EXPECT_GT(TakeAll(shared, "other", held), 180U);
}

TEST(SharedPlacesTest, ALateOwnerStillGetsOne) {
  SharedPlaces shared(100);
  Places held;
  for (const char* owner : {"a", "b", "c"}) TakeAll(shared, owner, held);
  EXPECT_TRUE(shared.TryTake("late").has_value());
}

TEST(SharedPlacesTest, AreGivenBack) {
  SharedPlaces shared(100);
  for (int i = 0; i < 3; ++i) {
    Places held;
    EXPECT_EQ(TakeAll(shared, "owner", held), 75U);
    EXPECT_EQ(shared.taken(), 75U);
  }
  EXPECT_EQ(shared.taken(), 0U);
}

TEST(SharedPlacesTest, AMovedPlaceIsGivenBackOnce) {
  SharedPlaces shared(1);
  std::optional<SharedPlaces::Place> first = shared.TryTake("owner");
  ASSERT_TRUE(first.has_value());
  {
    const SharedPlaces::Place moved = *std::move(first);
    first.reset();
    EXPECT_EQ(shared.taken(), 1U);
    EXPECT_FALSE(shared.TryTake("other").has_value());
  }
  EXPECT_EQ(shared.taken(), 0U);
}

}  // namespace
}  // namespace dino
