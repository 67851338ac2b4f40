#include "server/ops/health_json.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace dino::ops {
namespace {

void WriteProblem(const health::Problem& problem, JsonWriter& json) {
  json.StartObject();
  WriteField(json, "kind", NameOf(problem.kind));
  WriteField(json, "verdict", NameOf(problem.verdict));
  WriteField(json, "subject", problem.subject);
  WriteTime(json, "since", problem.since);
  WriteField(json, "user_share", problem.user_share);
  WriteField(json, "what", problem.what);
  WriteField(json, "meaning", problem.meaning);
  WriteField(json, "action", problem.action);
  json.EndObject();
}

void WriteRecent(const health::RecentBroker& recent, JsonWriter& json) {
  std::optional<double> seconds;
  if (recent.puback_time.has_value()) {
    seconds = std::chrono::duration<double>(*recent.puback_time).count();
  }
  WriteKey(json, "last_minute");
  json.StartObject();
  WriteField(json, "acknowledged", recent.acknowledged);
  WriteField(json, "refused", recent.refused);
  WriteField(json, "losses", recent.losses);
  WriteField(json, "puback_seconds", seconds);
  json.EndObject();
}

void WriteBroker(const mqtt::BrokerInfo& info, const health::Broker& broker,
                 const health::RecentBroker& recent, JsonWriter& json) {
  json.StartObject();
  WriteField(json, "name", broker.name);
  WriteField(json, "state", NameOf(broker.state));
  WriteTime(json, "since", broker.since);
  WriteField(json, "sessions", std::uint64_t{info.sessions});
  WriteField(json, "connected", std::uint64_t{info.connected});
  WriteField(json, "home_share", std::optional(info.home_share));
  WriteField(json, "moved_share", std::optional(info.moved_share));
  WriteField(json, "waiting_share", std::optional(info.waiting_share));
  WriteField(json, "acknowledged", info.acknowledged);
  WriteField(json, "refused", info.refused);
  WriteRecent(recent, json);
  WriteField(json, "confined_topics", std::uint64_t{info.confined_topics});
  WriteKey(json, "losses");
  json.StartObject();
  for (std::size_t i = 0; i < info.losses.size(); ++i) {
    WriteField(json, mqtt::kLossReasonNames.at(i), info.losses.at(i));
  }
  json.EndObject();
  WriteField(json, "last_error", info.last_error);
  if (!info.last_error.empty()) WriteTime(json, "last_error_at", info.last_error_at);
  json.EndObject();
}

void WriteChange(const health::Change& change, JsonWriter& json) {
  json.StartObject();
  WriteTime(json, "at", change.at);
  WriteField(json, "verdict", NameOf(change.verdict));
  WriteField(json, "kind", change.kind);
  WriteField(json, "subject", change.subject);
  WriteField(json, "text", change.text);
  json.EndObject();
}

}  // namespace

void WriteHealth(const health::HealthWatch::Reading& reading,
                 const std::vector<health::Change>& changes, JsonWriter& json) {
  const health::Health& health = reading.health;
  WriteFlag(json, "ready", health.ready);
  WriteKey(json, "health");
  json.StartObject();
  WriteField(json, "verdict", NameOf(health.verdict));
  WriteKey(json, "problems");
  json.StartArray();
  for (const health::Problem& problem : health.problems) WriteProblem(problem, json);
  json.EndArray();
  json.EndObject();
  WriteKey(json, "brokers");
  json.StartArray();
  for (std::size_t i = 0; i < health.brokers.size(); ++i) {
    WriteBroker(reading.facts.brokers[i], health.brokers[i], reading.facts.recent_brokers[i], json);
  }
  json.EndArray();
  WriteKey(json, "changes");
  json.StartArray();
  for (const health::Change& change : changes) WriteChange(change, json);
  json.EndArray();
}

}  // namespace dino::ops
