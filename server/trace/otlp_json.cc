#include "server/trace/otlp_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace dino::trace {
namespace {

// Most of a span is known beforehand and needs no escapes: it is appended as it is, which takes a
// third of the time of a JSON writer.

constexpr std::string_view kStatusError = R"("code":2)";
constexpr std::size_t kBytesPerSpan = 1024;

bool NeedsNoEscape(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

void Append(std::initializer_list<std::string_view> parts, std::string& json) {
  for (const std::string_view part : parts) json += part;
}

// As a JSON string.
void AppendJsonText(std::string_view text, std::string& json) {
  if (std::all_of(text.begin(), text.end(), NeedsNoEscape)) {
    Append({"\"", text, "\""}, json);
    return;
  }
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  json.append(buffer.GetString(), buffer.GetSize());
}

// In OTLP's JSON, numbers of 64 bits are texts.
void AppendAttribute(const Attribute& attribute, std::string& json) {
  Append({R"({"key":")", attribute.key, R"(","value":{)"}, json);
  if (const auto* number = std::get_if<std::int64_t>(&attribute.value)) {
    Append({R"("intValue":")", std::to_string(*number), "\""}, json);
  } else {
    json += R"("stringValue":)";
    AppendJsonText(std::get<std::string>(attribute.value), json);
  }
  json += "}}";
}

void AppendAttributes(const std::vector<Attribute>& attributes, std::string& json) {
  json += R"("attributes":[)";
  for (const Attribute& attribute : attributes) {
    if (&attribute != &attributes.front()) json += ',';
    AppendAttribute(attribute, json);
  }
  json += ']';
}

std::int64_t UnixNanoseconds(Clock::time_point time, const ClockPair& now) {
  const std::chrono::nanoseconds at = now.system.time_since_epoch() + (time - now.clock);
  return at.count();
}

void AppendSpan(const Span& span, const ClockPair& now, std::string& json) {
  const SpanContext& context = span.context;
  Append({R"({"traceId":")", context.trace_id, R"(","spanId":")", context.span_id}, json);
  if (!context.parent_id.empty()) Append({R"(","parentSpanId":")", context.parent_id}, json);
  json += R"(","name":)";
  AppendJsonText(span.name, json);
  Append({R"(,"kind":)", std::to_string(static_cast<int>(span.kind)), R"(,"startTimeUnixNano":")",
          std::to_string(UnixNanoseconds(span.from, now)), R"(","endTimeUnixNano":")",
          std::to_string(UnixNanoseconds(span.until, now)), "\","},
         json);
  AppendAttributes(span.attributes, json);
  json += R"(,"status":{)";
  if (span.failed) json += kStatusError;
  json += "}}";
}

}  // namespace

std::string OtlpJson(const Resource& resource, const std::vector<Span>& spans,
                     const ClockPair& now) {
  std::string json;
  json.reserve(kBytesPerSpan * (1 + spans.size()));
  json += R"({"resourceSpans":[{"resource":{)";
  AppendAttributes({{"service.name", resource.service},
                    {"service.version", resource.version},
                    {"service.instance.id", resource.instance}},
                   json);
  json += R"(},"scopeSpans":[{"scope":{"name":)";
  AppendJsonText(resource.service, json);
  json += R"(,"version":)";
  AppendJsonText(resource.version, json);
  json += R"(},"spans":[)";
  for (const Span& span : spans) {
    if (&span != &spans.front()) json += ',';
    AppendSpan(span, now, json);
  }
  json += "]}]}]}";
  return json;
}

}  // namespace dino::trace
