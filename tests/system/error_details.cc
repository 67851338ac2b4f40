#include "tests/system/error_details.h"

namespace dino::testing {

std::string ReasonOf(const grpc::Status& answer) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(answer);
  return info && info->domain() == "dino.events" ? info->reason() : std::string();
}

std::vector<std::string> BadFieldsOf(const grpc::Status& answer) {
  std::vector<std::string> fields;
  const auto bad_request = DetailOf<google::rpc::BadRequest>(answer);
  if (!bad_request) return fields;
  for (const auto& violation : bad_request->field_violations()) fields.push_back(violation.field());
  return fields;
}

std::string Describe(const grpc::Status& answer) {
  return "code " + std::to_string(answer.error_code()) + ": " + answer.error_message();
}

}  // namespace dino::testing
