// A topic template, its environment, a user and a name.
#include "server/fanout/topic_template.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "server/base/topic_text.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {
namespace {

// What every broker takes.
void RequireTopic(const std::string& topic) {
  Require(!topic.empty() && topic.front() != '$', "a topic is one of ours");
  Require(TopicTextRule(topic).empty(), "a topic has no wildcards and no control characters");
  RequirePrintable(topic);
  Require(std::count(topic.begin(), topic.end(), '/') < 10, "a topic has at most ten levels");
}

}  // namespace

void FuzzTopicTemplate(std::string_view bytes) {
  Input input(bytes);
  const std::string_view environment = input.Text(70);
  const std::string_view name = input.Text(40);
  const auto user = static_cast<std::int64_t>(input.Number());
  const auto parsed = fanout::TopicTemplate::Parse(input.Rest(), environment);
  if (!parsed.ok()) {
    RequirePrintable(std::string(parsed.status().message()));
    return;
  }
  std::string topic = "what was there before";
  parsed->Write(user, topic);
  RequireTopic(topic);
  Require(topic.size() <= 1024, "a topic is not too long");
  Require(absl::StrCat("/", topic, "/").find(absl::StrCat("/", user, "/")) != std::string::npos,
          "a user's ID is a level of the topic");
  if (!TopicNameRule(name, parsed->max_name_levels()).empty()) return;
  parsed->Write(name, topic);
  RequireTopic(topic);
}

}  // namespace dino::fuzz
