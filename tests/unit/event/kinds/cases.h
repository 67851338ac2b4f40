#ifndef DINO_TESTS_UNIT_EVENT_KINDS_CASES_H_
#define DINO_TESTS_UNIT_EVENT_KINDS_CASES_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/event/requests.h"

namespace dino::event {

inline const std::string kUserIdRule = " must be 1 to 9007199254740991 (2^53-1)";
inline const std::string kUuidRule = " must be a UUID: 8-4-4-4-12 hexadecimal digits";
inline const std::string kFileIdRule = " must be 1 to 255 bytes";
inline const std::string kCountRule = " must have 1 to 10000 entries";

// The violations of a valid request after a change.
template <typename Request>
struct Case {
  const char* name;
  std::function<void(Request&)> change;
  std::vector<std::string> expected;
};

// Those violations, one a line.
template <typename Request>
std::vector<std::string> LinesAfter(const std::function<void(Request&)>& change) {
  auto request = Valid<Request>();
  change(request);
  return Lines(Validate(request, Limits()));
}

template <typename Request>
void ExpectOf(const std::vector<Case<Request>>& cases) {
  EXPECT_EQ(Lines(Validate(Valid<Request>(), Limits())), std::vector<std::string>());
  for (const Case<Request>& c : cases) {
    EXPECT_EQ(LinesAfter(c.change), c.expected) << c.name;
  }
}

}  // namespace dino::event

#endif  // DINO_TESTS_UNIT_EVENT_KINDS_CASES_H_
