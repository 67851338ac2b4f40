#include "server/ops/status_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace dino::ops {
namespace {

// Does not check that text is UTF-8: ours is, and the rest comes from the command line.
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void Key(Writer& json, std::string_view key) {
  json.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

void Text(Writer& json, std::string_view key, std::string_view value) {
  Key(json, key);
  json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void Number(Writer& json, std::string_view key, std::uint64_t value) {
  Key(json, key);
  json.Uint64(value);
}

void Time(Writer& json, std::string_view key, std::chrono::system_clock::time_point time) {
  const std::chrono::duration<double> seconds = time.time_since_epoch();
  Key(json, key);
  json.Double(seconds.count());
}

void WriteSessions(const mqtt::SessionPool& pool, Writer& json) {
  Key(json, "sessions");
  json.StartArray();
  for (const mqtt::SessionInfo& session : pool.Sessions()) {
    json.StartObject();
    Text(json, "client_id", session.client_id);
    Text(json, "broker", session.broker);
    Key(json, "connected");
    json.Bool(session.connected);
    Time(json, "since", session.since);
    Text(json, "reason", session.reason);
    json.EndObject();
  }
  json.EndArray();
}

void WriteLoad(const StatusSources& sources, Writer& json) {
  const fanout::DirectPublisher& publisher = sources.publisher;
  Key(json, "load");
  json.StartObject();
  Number(json, "pending_publications", publisher.admission().pending_publications());
  Number(json, "pending_publications_limit", publisher.options().max_pending_publications);
  Number(json, "pending_bytes", publisher.admission().pending_bytes());
  Number(json, "pending_bytes_limit", publisher.options().max_pending_bytes);
  Number(json, "in_flight_publications",
         sources.pool.meter().in_flight.load(std::memory_order_relaxed));
  json.EndObject();
}

// Methods that nobody has called are left out.
void WriteCalls(const transport::CallMeters& calls, Writer& json) {
  Key(json, "calls");
  json.StartArray();
  for (const transport::MethodMeter& method : calls.methods()) {
    const std::uint64_t started = method.started();
    if (started == 0) continue;
    json.StartObject();
    Text(json, "method", method.name().method);
    Number(json, "started", started);
    Key(json, "handled");
    json.StartObject();
    for (std::size_t code = 0; code < transport::MethodMeter::kCodes; ++code) {
      const std::uint64_t handled = method.handled(code);
      if (handled > 0) Number(json, transport::MethodMeter::kCodeNames[code], handled);
    }
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  Key(json, "refused");
  json.StartObject();
  for (std::size_t i = 0; i < calls.refusals().size(); ++i) {
    Number(json, calls.refusals()[i], calls.refused(i));
  }
  json.EndObject();
}

void WritePublications(const fanout::PublicationMeter& meter, Writer& json) {
  Key(json, "publications");
  json.StartObject();
  for (const auto& [outcome, name] : fanout::PublicationMeter::kOutcomes) {
    std::uint64_t sum = 0;
    for (std::size_t kind = 0; kind < meter.kinds().size(); ++kind) {
      sum += meter.ended(kind, outcome);
    }
    Number(json, name, sum);
  }
  json.EndObject();
}

void WriteCallers(const StatusSources& sources, Writer& json) {
  Key(json, "callers");
  json.StartArray();
  for (const auto& [name, usage] : sources.callers()) {
    json.StartObject();
    Text(json, "name", name);
    Number(json, "events", usage.events);
    Number(json, "recipients", usage.recipients);
    Number(json, "refused_events", usage.refused_events);
    json.EndObject();
  }
  json.EndArray();
}

// One array for each measure, of `number(interval)`.
template <typename Number>
void Column(Writer& json, std::string_view key, const std::vector<Interval>& intervals,
            Number number) {
  Key(json, key);
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

void WriteHistory(const History& history, Writer& json) {
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
  Key(json, "history");
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
  Writer json(buffer);
  json.SetMaxDecimalPlaces(6);
  json.StartObject();
  Text(json, "version", sources.version);
  Key(json, "ready");
  json.Bool(sources.ready());
  Time(json, "started_at", sources.started_at);
  Time(json, "now", std::chrono::system_clock::now());
  WriteSessions(sources.pool, json);
  WriteLoad(sources, json);
  WriteCalls(sources.calls, json);
  WritePublications(sources.publisher.meter(), json);
  WriteCallers(sources, json);
  WriteHistory(sources.history, json);
  Key(json, "settings");
  json.StartObject();
  for (const auto& [name, text] : sources.settings) Text(json, name, text);
  json.EndObject();
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace dino::ops
