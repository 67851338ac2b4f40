#include "tests/support/process/otlp_collector.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <sys/socket.h>

#include <array>
#include <optional>

#include "tests/support/process/http_client.h"

namespace dino::testing {
namespace {

using rapidjson::Value;

// A member that must be there, or null.
const Value& MemberOf(const Value& object, const char* name) {
  static const Value kNull;
  if (object.IsObject() && object.HasMember(name)) return object[name];
  ADD_FAILURE() << "no " << name;
  return kNull;
}

// The elements of a member that must be an array.
Value::ConstArray ElementsOf(const Value& object, const char* name) {
  static const Value kEmpty(rapidjson::kArrayType);
  const Value& member = MemberOf(object, name);
  EXPECT_TRUE(member.IsArray()) << name;
  return member.IsArray() ? member.GetArray() : kEmpty.GetArray();
}

std::string TextOf(const Value& value) {
  if (value.IsString()) return {value.GetString(), value.GetStringLength()};
  ADD_FAILURE() << "not a text";
  return {};
}

std::int64_t NumberIn(const Value& text) {
  const std::string digits = TextOf(text);
  return digits.empty() ? 0 : std::stoll(digits);
}

CollectedSpan SpanOf(const Value& json) {
  CollectedSpan span;
  span.trace_id = TextOf(MemberOf(json, "traceId"));
  span.span_id = TextOf(MemberOf(json, "spanId"));
  if (json.HasMember("parentSpanId")) span.parent_id = TextOf(json["parentSpanId"]);
  span.name = TextOf(MemberOf(json, "name"));
  const Value& kind = MemberOf(json, "kind");
  if (kind.IsInt()) span.kind = kind.GetInt();
  span.from = NumberIn(MemberOf(json, "startTimeUnixNano"));
  span.until = NumberIn(MemberOf(json, "endTimeUnixNano"));
  for (const Value& attribute : ElementsOf(json, "attributes")) {
    const Value& value = MemberOf(attribute, "value");
    const char* const type = value.HasMember("intValue") ? "intValue" : "stringValue";
    span.attributes[TextOf(MemberOf(attribute, "key"))] = TextOf(MemberOf(value, type));
  }
  const Value& status = MemberOf(json, "status");
  span.failed = status.HasMember("code") && status["code"] == 2;
  EXPECT_EQ(span.trace_id.size(), 32U);
  EXPECT_EQ(span.span_id.size(), 16U);
  EXPECT_LE(span.from, span.until) << span.name;
  return span;
}

// A whole request; less if the peer ends before that.
std::string ReadRequest(const FileDescriptor& socket) {
  constexpr std::string_view kLength = "Content-Length: ";
  std::string request;
  std::array<char, 65536> buffer{};
  std::optional<std::size_t> size;
  while (!size.has_value() || request.size() < *size) {
    const ssize_t count = recv(socket.number(), buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t head = request.find("\r\n\r\n");
    const std::size_t length = request.find(kLength);
    if (size.has_value() || head == std::string::npos || length > head) continue;
    size = head + 4 + std::stoul(request.substr(length + kLength.size()));
  }
  return request;
}

}  // namespace

std::vector<CollectedSpan> ReadOtlpJson(std::string_view body) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  std::vector<CollectedSpan> spans;
  if (document.HasParseError()) {
    ADD_FAILURE() << "not JSON: " << body;
    return spans;
  }
  for (const Value& resource : ElementsOf(document, "resourceSpans")) {
    for (const Value& scope : ElementsOf(resource, "scopeSpans")) {
      for (const Value& span : ElementsOf(scope, "spans")) spans.push_back(SpanOf(span));
    }
  }
  return spans;
}

OtlpCollector::OtlpCollector()
    : listener_(ListenOnLoopback(port_.number())), thread_([this] { Run(); }) {}

OtlpCollector::~OtlpCollector() {
  // Ends `accept`.
  shutdown(listener_.number(), SHUT_RDWR);
  thread_.join();
}

void OtlpCollector::Run() {
  while (true) {
    const FileDescriptor socket(accept(listener_.number(), nullptr, nullptr));
    if (!socket.open()) return;
    Serve(socket);
  }
}

void OtlpCollector::Serve(const FileDescriptor& socket) {
  const std::string request = ReadRequest(socket);
  EXPECT_EQ(request.substr(0, request.find('\r')), "POST /v1/traces HTTP/1.1");
  const std::vector<CollectedSpan> spans = ReadOtlpJson(BodyOf(request));
  SendAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  const std::lock_guard lock(mutex_);
  spans_.insert(spans_.end(), spans.begin(), spans.end());
  text_ += request;
  changed_.notify_all();
}

std::vector<CollectedSpan> OtlpCollector::WaitForSpans(std::size_t count, Where where) {
  std::unique_lock lock(mutex_);
  const auto there = [&] { return spans_.size() >= count; };
  if (!changed_.wait_for(lock, kPatience, there)) {
    ADD_FAILURE_AT(where.file, where.line) << "only " << spans_.size() << " spans";
  }
  return spans_;
}

std::string OtlpCollector::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

}  // namespace dino::testing
