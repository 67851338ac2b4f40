#include "tests/soak/witness.h"

#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace dino::soak {
namespace {

using testing::Clock;
using testing::kFieldMark;
using testing::kMessageMark;
using testing::Subprocess;

// The last level of topics that are no user's.
constexpr char kProbe[] = "probe-";

std::string TopicOf(const std::string& environment, const std::string& level) {
  return absl::StrCat("dms/", environment, "/", level);
}

// Topic, user properties, payload.
std::vector<std::string> Command(const testing::BrokerAccess& broker,
                                 const WitnessOptions& options) {
  return testing::MosquittoSub(broker, options.client_id, {TopicOf(options.environment, "+")},
                               {"%t", "%P", "%p"});
}

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

template <typename Number>
bool ReadNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// The part of `text` between `begin` and `end`; empty without `begin`.
std::string_view Between(std::string_view text, std::string_view begin, char end) {
  const std::size_t place = text.find(begin);
  if (place == std::string_view::npos) return {};
  text.remove_prefix(place + begin.size());
  return text.substr(0, text.find(end));
}

}  // namespace

std::string TextOf(const EventOrigin& origin) {
  return absl::StrCat(origin.caller, "-", origin.number);
}

bool ReadOrigin(std::string_view event_json, EventOrigin& origin) {
  std::string_view text = Between(event_json, R"("message_payload":")", '"');
  text = text.substr(0, text.find(' '));
  const std::size_t middle = text.find('-');
  return middle != std::string_view::npos && ReadNumber(text.substr(0, middle), origin.caller) &&
         ReadNumber(text.substr(middle + 1), origin.number);
}

Witness::Witness(testing::BrokerAccess broker, testing::Ledger& ledger, WitnessOptions options)
    : broker_(std::move(broker)),
      options_(std::move(options)),
      ledger_(ledger),
      process_(Command(broker_, options_)) {
  reader_ = std::thread([this] { Read(); });
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, testing::kPatience, [this] { return subscribed_; })) {
    ADD_FAILURE() << "the broker grants no subscription";
  }
}

Witness::~Witness() { Stop(); }

void Witness::Stop() {
  process_.Signal(SIGKILL);
  if (reader_.joinable()) reader_.join();
}

void Witness::Leave() {
  Stop();
  Subprocess leaving(testing::ForgetMosquittoSub(broker_, options_.client_id));
  leaving.Wait();
}

bool Witness::CatchUp(const testing::BrokerAccess& broker) {
  const std::string topic = TopicOf(options_.environment, absl::StrCat(kProbe, ++probe_));
  Subprocess publisher(testing::MosquittoPub(broker, topic, "x"));
  if (publisher.Wait() != 0) return false;
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_for(lock, testing::kPatience, [&] { return last_probe_ == topic; });
}

void Witness::Read() {
  while (true) {
    const auto line =
        process_.NextLine(Subprocess::Output::kStdout, Clock::now() + std::chrono::hours(24));
    if (!line) return;
    Take(*line);
  }
}

void Witness::Take(const std::string& line) {
  if (!line.empty() && line.front() == kMessageMark) {
    TakeMessage(std::string_view(line).substr(1));
    return;
  }
  // Says before each message whether the broker resends it.
  const std::string_view duplicate = Between(line, " received PUBLISH (d", ',');
  if (!duplicate.empty()) sent_again_ = duplicate == "1";
  if (!testing::TellsOfSubscription(line)) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  subscribed_ = true;
  changed_.notify_all();
}

void Witness::TakeMessage(std::string_view line) {
  const std::string_view topic = line.substr(0, line.find(kFieldMark));
  const std::string users = TopicOf(options_.environment, "");
  if (StartsWith(topic, users + kProbe)) {
    const std::lock_guard<std::mutex> lock(mutex_);
    last_probe_ = topic;
    changed_.notify_all();
    return;
  }
  std::int64_t user = 0;
  EventOrigin origin;
  if (!StartsWith(topic, users) || !ReadNumber(topic.substr(users.size()), user) ||
      !ReadOrigin(line, origin)) {
    ADD_FAILURE() << "not an event: " << line;
    return;
  }
  std::string_view properties = line.substr(topic.size() + 1);
  properties = properties.substr(0, properties.find(kFieldMark));
  ledger_.Received(user, origin.caller, origin.number, Between(properties, "event_id:", ' '),
                   sent_again_);
}

}  // namespace dino::soak
