#include "server/ops/status_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "server/ops/health_json.h"
#include "server/ops/json_fields.h"

namespace dino::ops {
namespace {

void WriteSessions(const mqtt::SessionPool& pool, JsonWriter& json) {
  WriteKey(json, "sessions");
  json.StartArray();
  for (const mqtt::SessionInfo& session : pool.Sessions()) {
    // Of a broker that has left its name: nobody waits for it.
    if (session.retired) continue;
    json.StartObject();
    WriteField(json, "client_id", session.client_id);
    WriteField(json, "broker", session.broker);
    WriteFlag(json, "connected", session.connected);
    WriteTime(json, "since", session.since);
    WriteField(json, "reason", session.reason);
    json.EndObject();
  }
  json.EndArray();
}

void WriteLoad(const StatusSources& sources, JsonWriter& json) {
  const fanout::DirectPublisher& publisher = sources.publisher;
  WriteKey(json, "load");
  json.StartObject();
  const auto number = [&json](std::string_view key, std::uint64_t value) {
    WriteField(json, key, value);
  };
  number("pending_publications", publisher.admission().pending_publications());
  number("pending_publications_limit", publisher.options().max_pending_publications);
  number("pending_bytes", publisher.admission().pending_bytes());
  number("pending_bytes_limit", publisher.options().max_pending_bytes);
  number("in_flight_publications", sources.pool.meter().in_flight.load(std::memory_order_relaxed));
  json.EndObject();
}

// Methods that nobody has called are left out.
void WriteCalls(const StatusSources& sources, JsonWriter& json) {
  static const Times kNoTimes;
  const std::vector<Times> last_minute = sources.history.CallsOfLastMinute();
  WriteKey(json, "calls");
  json.StartArray();
  std::size_t place = 0;
  for (const transport::MethodMeter& method : sources.calls.methods()) {
    const Times& times = place < last_minute.size() ? last_minute[place] : kNoTimes;
    ++place;
    const std::uint64_t started = method.started();
    if (started == 0) continue;
    json.StartObject();
    WriteField(json, "method", method.name().method);
    WriteField(json, "type", method.name().type);
    WriteField(json, "started", started);
    WriteKey(json, "handled");
    json.StartObject();
    for (std::size_t code = 0; code < transport::MethodMeter::kCodes; ++code) {
      const std::uint64_t handled = method.handled(code);
      if (handled > 0) WriteField(json, transport::MethodMeter::kCodeNames[code], handled);
    }
    json.EndObject();
    WriteField(json, "last_minute_seconds_p50", times.p50);
    WriteField(json, "last_minute_seconds_p99", times.p99);
    json.EndObject();
  }
  json.EndArray();
}

void WriteRefusals(const transport::CallMeters& calls, JsonWriter& json) {
  WriteKey(json, "refused");
  json.StartObject();
  for (std::size_t i = 0; i < calls.refusals().size(); ++i) {
    WriteField(json, calls.refusals()[i], calls.refused(i));
  }
  json.EndObject();
}

// `acknowledged` includes those that nobody had subscribed to: a PUBACK is a PUBACK.
void WritePublications(const fanout::PublicationMeter& meter, JsonWriter& json) {
  std::uint64_t acknowledged = 0;
  std::uint64_t failed = 0;
  WriteKey(json, "publications");
  json.StartObject();
  for (const auto& [outcome, name] : fanout::PublicationMeter::kOutcomes) {
    std::uint64_t sum = 0;
    for (std::size_t kind = 0; kind < meter.kinds().size(); ++kind) {
      sum += meter.ended(kind, outcome);
    }
    (mqtt::IsAcknowledged(outcome) ? acknowledged : failed) += sum;
    if (outcome != mqtt::Outcome::kAcknowledged) WriteField(json, name, sum);
  }
  WriteField(json, "acknowledged", acknowledged);
  WriteField(json, "failed", failed);
  json.EndObject();
}

void WriteCallers(const StatusSources& sources, JsonWriter& json) {
  WriteKey(json, "callers");
  json.StartArray();
  for (const auto& [name, usage] : sources.callers()) {
    json.StartObject();
    WriteField(json, "name", name);
    WriteField(json, "events", usage.events);
    WriteField(json, "recipients", usage.recipients);
    WriteField(json, "refused_events", usage.refused_events);
    json.EndObject();
  }
  json.EndArray();
}

// One array for each measure, of `number(interval)`.
template <typename Number>
void Column(JsonWriter& json, std::string_view key, const std::vector<Interval>& intervals,
            Number number) {
  WriteKey(json, key);
  json.StartArray();
  for (const Interval& interval : intervals) {
    const std::optional<double> value = number(interval);
    if (value.has_value()) {
      json.Double(*value);
    } else {
      json.Null();
    }
  }
  json.EndArray();
}

void WriteHistory(const History& history, JsonWriter& json) {
  const std::vector<Interval> intervals = history.Read();
  const auto rate = [&](std::string_view key, std::uint64_t Interval::*count) {
    Column(json, key, intervals, [count](const Interval& interval) {
      return static_cast<double>(interval.*count) / interval.seconds;
    });
  };
  const auto time = [&](std::string_view key, Times Interval::*times,
                        std::optional<double> Times::*quantile) {
    Column(json, key, intervals,
           [=](const Interval& interval) { return interval.*times.*quantile; });
  };
  WriteKey(json, "history");
  json.StartObject();
  Column(json, "ended_at", intervals, [](const Interval& interval) {
    return std::chrono::duration<double>(interval.ended_at.time_since_epoch()).count();
  });
  rate("succeeded_calls_per_second", &Interval::succeeded_calls);
  rate("failed_calls_per_second", &Interval::failed_calls);
  rate("acknowledged_publications_per_second", &Interval::acknowledged_publications);
  rate("failed_publications_per_second", &Interval::failed_publications);
  time("call_seconds_p50", &Interval::calls, &Times::p50);
  time("call_seconds_p99", &Interval::calls, &Times::p99);
  time("puback_seconds_p50", &Interval::pubacks, &Times::p50);
  time("puback_seconds_p99", &Interval::pubacks, &Times::p99);
  json.EndObject();
}

}  // namespace

std::string StatusJson(const StatusSources& sources) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.SetMaxDecimalPlaces(6);
  json.StartObject();
  WriteField(json, "version", sources.version);
  WriteField(json, "replica", sources.replica);
  WriteTime(json, "started_at", sources.started_at);
  WriteTime(json, "now", std::chrono::system_clock::now());
  WriteHealth(sources.health.Read(), sources.health.Changes(), json);
  WriteSessions(sources.pool, json);
  WriteLoad(sources, json);
  WriteCalls(sources, json);
  WriteRefusals(sources.calls, json);
  WritePublications(sources.publisher.meter(), json);
  WriteCallers(sources, json);
  WriteHistory(sources.history, json);
  WriteKey(json, "settings");
  json.StartObject();
  for (const ShownSetting& setting : sources.settings) {
    WriteKey(json, setting.name);
    json.StartObject();
    WriteField(json, "value", setting.text);
    WriteField(json, "default", setting.default_text);
    json.EndObject();
  }
  json.EndObject();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace dino::ops
