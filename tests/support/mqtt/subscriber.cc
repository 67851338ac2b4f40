#include "tests/support/mqtt/subscriber.h"

#include <gtest/gtest.h>

#include <charconv>
#include <csignal>
#include <system_error>
#include <utility>

namespace dino::testing {
namespace {

const std::vector<std::string> kFields = {"%t", "%q", "%r", "%F", "%C", "%E", "%P", "%x"};

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t end = text.find(separator);
  while (end != std::string_view::npos) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
    end = text.find(separator);
  }
  parts.push_back(text);
  return parts;
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text, int base = 10) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The bytes that `hex` writes in two digits each.
std::optional<std::string> ParseHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (; !hex.empty(); hex.remove_prefix(2)) {
    const std::optional<std::uint8_t> byte = ParseNumber<std::uint8_t>(hex.substr(0, 2), 16);
    if (!byte) return std::nullopt;
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

std::optional<Received> ParseLine(std::string_view line) {
  const std::vector<std::string_view> fields = Split(line.substr(1), kFieldMark);
  if (fields.size() != kFields.size()) return std::nullopt;
  const std::optional<int> qos = ParseNumber<int>(fields[1]);
  if (!qos) return std::nullopt;
  Received received;
  received.topic = fields[0];
  received.qos = *qos;
  received.retain = fields[2] == "1";
  received.payload_format = ParseNumber<int>(fields[3]);
  received.content_type = fields[4];
  // mosquitto_sub writes it as a signed number.
  const std::optional<std::int64_t> expiry = ParseNumber<std::int64_t>(fields[5]);
  if (expiry) received.expiry = static_cast<std::uint32_t>(*expiry);
  for (const std::string_view property : Split(fields[6], ' ')) {
    const std::size_t colon = property.find(':');
    if (colon == std::string_view::npos) continue;
    received.user_properties.emplace_back(property.substr(0, colon), property.substr(colon + 1));
  }
  std::optional<std::string> payload = ParseHex(fields[7]);
  if (!payload) return std::nullopt;
  received.payload = *std::move(payload);
  return received;
}

}  // namespace

std::string Received::UserProperty(std::string_view name) const {
  for (const auto& [key, value] : user_properties) {
    if (key == name) return value;
  }
  return {};
}

Subscriber::Subscriber(const BrokerAccess& broker, const std::string& client_id,
                       const std::vector<std::string>& topics, Where where)
    : process_(MosquittoSub(broker, client_id, topics, kFields)) {
  WaitForSubscription(where);
}

bool Subscriber::Take(Clock::time_point deadline) {
  const std::optional<std::string> line = process_.NextLine(Subprocess::Output::kStdout, deadline);
  if (!line) return false;
  if (TellsOfSubscription(*line)) ++subscriptions_;
  if (!line->empty() && line->front() == kMessageMark) {
    std::optional<Received> received = ParseLine(*line);
    if (received) {
      received_.push_back(*std::move(received));
    } else {
      ADD_FAILURE() << "cannot read what mosquitto_sub wrote: " << *line;
    }
  }
  return true;
}

void Subscriber::WaitForSubscription(Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (subscriptions_ == 0) {
    if (!Take(deadline)) {
      ADD_FAILURE_AT(where.file, where.line) << "expected a subscription, but none was granted";
      return;
    }
  }
  --subscriptions_;
}

Received Subscriber::Next(Where where) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  while (received_.empty()) {
    if (!Take(deadline)) {
      ADD_FAILURE_AT(where.file, where.line) << "expected a message, but none came";
      return {};
    }
  }
  Received next = std::move(received_.front());
  received_.pop_front();
  return next;
}

std::vector<Received> Subscriber::Next(std::size_t count, Where where) {
  std::vector<Received> all;
  while (all.size() < count) {
    all.push_back(Next(where));
    if (all.back().topic.empty()) break;
  }
  return all;
}

std::vector<Received> Subscriber::NextUntil(std::string_view payload, Where where) {
  std::vector<Received> all;
  do {
    all.push_back(Next(where));
  } while (all.back().payload != payload && !all.back().topic.empty());
  return all;
}

void Subscriber::Stop() {
  process_.Signal(SIGKILL);
  process_.Wait();
}

}  // namespace dino::testing
