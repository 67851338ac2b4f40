#include "tests/unit/event/requests.h"

#include <fstream>
#include <iterator>

#include "google/protobuf/util/json_util.h"
#include "tests/support/process/repository.h"

namespace dino::event {
namespace {

std::string ReadGolden(const std::string& name) {
  std::ifstream file(testing::RepositoryFile("tests/support/golden/" + name), std::ios::binary);
  EXPECT_TRUE(file.is_open()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

void ReadGoldenRequest(std::string_view name, google::protobuf::Message& request) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      ReadGolden(std::string(name) + ".request.json"), &request);
  EXPECT_TRUE(status.ok()) << status.ToString();
}

std::string GoldenEvent(std::string_view name) {
  return ReadGolden(std::string(name) + ".event.json");
}

std::vector<std::string> Lines(const Violations& violations) {
  std::vector<std::string> lines;
  for (const Violation& violation : violations.listed()) {
    lines.push_back(violation.field + " " + violation.description);
  }
  return lines;
}

google::protobuf::Struct StructOf(const std::string& json) {
  google::protobuf::Struct fields;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &fields).ok()) << json;
  return fields;
}

}  // namespace dino::event
