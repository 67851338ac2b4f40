#include "tests/system/log_record.h"

#include <google/protobuf/util/json_util.h>

namespace dino::testing {

LogRecord::LogRecord(const std::string& line) : text_(line) {
  if (!google::protobuf::util::JsonStringToMessage(line, &fields_).ok()) fields_.Clear();
}

std::string LogRecord::Text(const std::string& name) const {
  const auto field = fields_.fields().find(name);
  return field == fields_.fields().end() ? std::string() : field->second.string_value();
}

double LogRecord::Number(const std::string& name) const {
  const auto field = fields_.fields().find(name);
  return field == fields_.fields().end() ? 0 : field->second.number_value();
}

}  // namespace dino::testing
