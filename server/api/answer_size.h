#ifndef DINO_SERVER_API_ANSWER_SIZE_H_
#define DINO_SERVER_API_ANSWER_SIZE_H_

#include <cstddef>

#include "dino/events/v1/event_publisher_service.pb.h"

namespace dino::api {

namespace v1 = ::dino::events::v1;

// What gRPC's clients take of an answer unless they are told otherwise.
inline constexpr std::size_t kMaxAnswerBytes = 4194304;

// Leaves out the results of recipients if an answer with them would be larger than that;
// `results_omitted` says so.
void FitInAnswer(v1::Delivery& delivery);

// Leaves out results of recipients, of the last events first, then what errors list.
void FitInAnswer(v1::PublishBatchResponse& response);

}  // namespace dino::api

#endif  // DINO_SERVER_API_ANSWER_SIZE_H_
