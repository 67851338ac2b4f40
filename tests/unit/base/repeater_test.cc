#include "server/base/repeater.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>

namespace dino {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(RepeaterTest, CallsAtOnceAndThenAfterEachWait) {
  std::promise<void> third;
  int calls = 0;
  const Repeater repeater("test", [&]() -> milliseconds {
    if (++calls == 3) third.set_value();
    return calls < 3 ? milliseconds(1) : hours(1);
  });
  third.get_future().wait();
}

TEST(RepeaterTest, EndsWithoutWaitingForTheNextCall) {
  std::promise<void> called;
  {
    const Repeater repeater("test", [&]() -> milliseconds {
      called.set_value();
      return hours(1);
    });
    called.get_future().wait();
  }
}

TEST(RepeaterTest, NoCallIsInProgressWhenItHasEnded) {
  std::promise<void> begun;
  bool ended = false;
  {
    const Repeater repeater("test", [&]() -> milliseconds {
      begun.set_value();
      std::this_thread::yield();
      ended = true;
      return hours(1);
    });
    begun.get_future().wait();
  }
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace dino
