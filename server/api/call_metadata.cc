#include "server/api/call_metadata.h"

#include "server/base/traceparent.h"

namespace dino::api {

Clock::time_point AnswerBy(const transport::Call& call, Clock::duration default_timeout) {
  return call.answer_by().value_or(Clock::now() + default_timeout);
}

std::string Traceparent(const transport::Call& call) {
  const transport::MetadataValues values = call.Metadata("traceparent");
  return !values.empty() && IsTraceparent(values.front()) ? std::string(values.front()) : "";
}

}  // namespace dino::api
