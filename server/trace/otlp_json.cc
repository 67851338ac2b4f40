#include "server/trace/otlp_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string_view>
#include <variant>

namespace dino::trace {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr int kStatusError = 2;

void WriteText(Writer& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void WriteMember(Writer& json, std::string_view key, std::string_view text) {
  WriteText(json, key);
  WriteText(json, text);
}

// In OTLP's JSON, numbers of 64 bits are texts.
void WriteMember(Writer& json, std::string_view key, std::int64_t number) {
  WriteMember(json, key, std::string_view(std::to_string(number)));
}

void WriteAttribute(Writer& json, const Attribute& attribute) {
  json.StartObject();
  WriteMember(json, "key", attribute.key);
  WriteText(json, "value");
  json.StartObject();
  if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
    WriteMember(json, "intValue", *number);
  } else {
    WriteMember(json, "stringValue", std::get<std::string>(attribute.value));
  }
  json.EndObject();
  json.EndObject();
}

void WriteAttributes(Writer& json, const std::vector<Attribute>& attributes) {
  WriteText(json, "attributes");
  json.StartArray();
  for (const Attribute& attribute : attributes) WriteAttribute(json, attribute);
  json.EndArray();
}

std::int64_t UnixNanoseconds(Clock::time_point time, const ClockPair& now) {
  const std::chrono::nanoseconds at = now.system.time_since_epoch() + (time - now.clock);
  return at.count();
}

void WriteSpan(Writer& json, const Span& span, const ClockPair& now) {
  json.StartObject();
  WriteMember(json, "traceId", span.context.trace_id);
  WriteMember(json, "spanId", span.context.span_id);
  if (!span.context.parent_id.empty()) {
    WriteMember(json, "parentSpanId", span.context.parent_id);
  }
  WriteMember(json, "name", span.name);
  WriteText(json, "kind");
  json.Int(static_cast<int>(span.kind));
  WriteMember(json, "startTimeUnixNano", UnixNanoseconds(span.from, now));
  WriteMember(json, "endTimeUnixNano", UnixNanoseconds(span.until, now));
  WriteAttributes(json, span.attributes);
  WriteText(json, "status");
  json.StartObject();
  if (span.failed) {
    WriteText(json, "code");
    json.Int(kStatusError);
  }
  json.EndObject();
  json.EndObject();
}

// Opens an array of one object, whose next member follows.
void OpenOne(Writer& json, std::string_view key) {
  WriteText(json, key);
  json.StartArray();
  json.StartObject();
}

void CloseOne(Writer& json) {
  json.EndObject();
  json.EndArray();
}

}  // namespace

std::string OtlpJson(const Resource& resource, const std::vector<Span>& spans,
                     const ClockPair& now) {
  rapidjson::StringBuffer buffer;
  Writer json(buffer);
  json.StartObject();
  OpenOne(json, "resourceSpans");
  WriteText(json, "resource");
  json.StartObject();
  WriteAttributes(json, {{"service.name", resource.service},
                         {"service.version", resource.version},
                         {"service.instance.id", resource.instance}});
  json.EndObject();
  OpenOne(json, "scopeSpans");
  WriteText(json, "scope");
  json.StartObject();
  WriteMember(json, "name", resource.service);
  WriteMember(json, "version", resource.version);
  json.EndObject();
  WriteText(json, "spans");
  json.StartArray();
  for (const Span& span : spans) WriteSpan(json, span, now);
  json.EndArray();
  CloseOne(json);
  CloseOne(json);
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace dino::trace
