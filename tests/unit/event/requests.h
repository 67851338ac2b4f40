#ifndef DINO_TESTS_UNIT_EVENT_REQUESTS_H_
#define DINO_TESTS_UNIT_EVENT_REQUESTS_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/event/kinds.h"
#include "server/event/messages.h"
#include "server/event/violations.h"

namespace dino::event {

// What requests may take in memory in these tests.
inline constexpr std::size_t kMaxParsedBytes = std::size_t{8} << 20;

// golden/NAME.request.json, a request that breaks no rule.
void ReadGoldenRequest(std::string_view name, google::protobuf::Message& request);
// golden/NAME.event.json, what its subscribers receive.
std::string GoldenEvent(std::string_view name);

// A valid request, to be changed so that it breaks one rule. Its users are 1234 and 4321.
template <typename Request>
Request Valid() {
  Request request;
  ReadGoldenRequest(Kind<Request>::kName, request);
  request.clear_user_ids();
  request.add_user_ids(1234);
  request.add_user_ids(4321);
  return request;
}

// The listed violations as "field description".
std::vector<std::string> Lines(const Violations& violations);

// The struct that `json`, an object, is.
google::protobuf::Struct StructOf(const std::string& json);

// The requests of all kinds, for typed tests.
template <typename None, typename... Requests>
struct RequestTypes {
  using List = ::testing::Types<Requests...>;
};
#define DINO_REQUEST(name, Name) , v1::Publish##Name##Request
using AllRequests = RequestTypes<void DINO_EVENT_KINDS(DINO_REQUEST)>::List;
#undef DINO_REQUEST

}  // namespace dino::event

#endif  // DINO_TESTS_UNIT_EVENT_REQUESTS_H_
