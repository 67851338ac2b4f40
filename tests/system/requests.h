#ifndef DINO_TESTS_SYSTEM_REQUESTS_H_
#define DINO_TESTS_SYSTEM_REQUESTS_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/system/bridge_process.h"

namespace dino::testing {

// A valid request that publishes a message with that text.
v1::PublishMessageRequest MessageRequest(const std::vector<std::int64_t>& user_ids,
                                         const std::string& text);

// The `message_payload` of a message's event JSON. The text must need no escapes.
std::string TextOf(std::string_view event_json);

// Calls `PublishMessage` and waits for the answer, for at most `kPatience`.
grpc::Status PublishMessage(BridgeProcess& bridge, const v1::PublishMessageRequest& request,
                            v1::Delivery* delivery = nullptr);

// Calls a method with `request` as its serialized message.
grpc::Status CallWithBytes(BridgeProcess& bridge, const std::string& method,
                           std::string_view request);

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_REQUESTS_H_
