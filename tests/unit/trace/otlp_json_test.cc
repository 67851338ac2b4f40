#include "server/trace/otlp_json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace dino::trace {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(OtlpJsonTest, IsWhatACollectorReads) {
  const ClockPair now{Clock::time_point(seconds(100)),
                      std::chrono::system_clock::time_point(seconds(1700000000))};
  Span server;
  server.context = {"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"};
  server.name = "S/M";
  server.kind = SpanKind::kServer;
  server.from = now.clock - milliseconds(1500);
  server.until = now.clock;
  server.attributes = {
      {"rpc.system", "grpc"}, {"rpc.grpc.status_code", std::int64_t{13}}, {"a", "b\\\n\xC3\xA9"}};
  server.failed = true;
  Span root;
  root.context = {"1af7651916cd43dd8448eb211c80319c", "c7ad6b7169203331", ""};
  root.name = "\"quoted\"";
  root.from = root.until = now.clock;
  EXPECT_EQ(OtlpJson({"dino-bridge", "1.2.3", "pod-1"}, {server, root}, now),
            R"({"resourceSpans":[{"resource":{"attributes":[)"
            R"({"key":"service.name","value":{"stringValue":"dino-bridge"}},)"
            R"({"key":"service.version","value":{"stringValue":"1.2.3"}},)"
            R"({"key":"service.instance.id","value":{"stringValue":"pod-1"}}]},)"
            R"("scopeSpans":[{"scope":{"name":"dino-bridge","version":"1.2.3"},"spans":[)"
            R"({"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331",)"
            R"("parentSpanId":"00f067aa0ba902b7","name":"S/M","kind":2,)"
            R"("startTimeUnixNano":"1699999998500000000","endTimeUnixNano":"1700000000000000000",)"
            R"("attributes":[{"key":"rpc.system","value":{"stringValue":"grpc"}},)"
            R"({"key":"rpc.grpc.status_code","value":{"intValue":"13"}},)"
            R"({"key":"a","value":{"stringValue":"b\\\né"}}],"status":{"code":2}},)"
            R"({"traceId":"1af7651916cd43dd8448eb211c80319c","spanId":"c7ad6b7169203331",)"
            R"("name":"\"quoted\"","kind":1,)"
            R"("startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000000000",)"
            R"("attributes":[],"status":{}}]}]}]})");
}

}  // namespace
}  // namespace dino::trace
