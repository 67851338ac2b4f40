#ifndef DINO_SERVER_API_DELIVERY_H_
#define DINO_SERVER_API_DELIVERY_H_

#include <cstddef>

#include "dino/events/v1/delivery.pb.h"
#include "server/fanout/call_result.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

// Writes what became of recipient number `index`.
void WriteResult(const fanout::CallResult& call_result, std::size_t index,
                 v1::RecipientResult& result);

// Writes the answer to a call whose recipients were all acknowledged.
void WriteDelivery(const fanout::CallResult& call_result, v1::ResultDetail detail,
                   v1::Delivery& delivery);

}  // namespace dino::api

#endif  // DINO_SERVER_API_DELIVERY_H_
