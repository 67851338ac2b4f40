// load-driver: how fast the service publishes for callers that each wait for their answer.
//
// Prints one line of JSON. Exit status: 0, or 1 when a call failed or its answer did not say
// that every recipient was acknowledged.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/load_caller.h"
#include "bench/measured_span.h"
#include "grpc/health/v1/health.grpc.pb.h"

ABSL_FLAG(std::string, address, "127.0.0.1:50051", "The server's gRPC address");
ABSL_FLAG(int, callers, 8, "Calls in progress at a time");
ABSL_FLAG(int, recipients, 1000, "Recipients per call; each caller has its own");
ABSL_FLAG(int, event, 300, "Event JSON in bytes");
ABSL_FLAG(std::uint64_t, warm_up, 100, "Calls before the measured ones");
ABSL_FLAG(std::uint64_t, calls, 400, "Calls to measure; 0: only wait until the server is SERVING");

namespace dino::bench {
namespace {

constexpr int kFirstUser = 1'000'000;
constexpr std::chrono::seconds kPatience{15};
constexpr std::chrono::milliseconds kPause{50};

// Asks the server's health service until it says SERVING.
absl::Status AwaitServing(const std::shared_ptr<grpc::Channel>& channel) {
  const auto health = grpc::health::v1::Health::NewStub(channel);
  const auto deadline = std::chrono::system_clock::now() + kPatience;
  grpc::Status status;
  while (std::chrono::system_clock::now() < deadline) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(deadline);
    grpc::health::v1::HealthCheckResponse response;
    status = health->Check(&context, {}, &response);
    if (status.ok() && response.status() == grpc::health::v1::HealthCheckResponse::SERVING) {
      return absl::OkStatus();
    }
    std::this_thread::sleep_for(kPause);
  }
  return absl::UnavailableError(absl::StrCat("the server is not SERVING ", status.error_message()));
}

// A closed loop of callers on one completion queue. Belongs to one thread.
class ClosedLoop {
 public:
  explicit ClosedLoop(MeasuredSpan& span) : span_(span) {}
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  void AddCaller(LoadCaller::Stub& stub, events::v1::PublishMessageRequest request) {
    callers_.push_back(std::make_unique<LoadCaller>(stub, queue_, std::move(request)));
  }

  // Lets all callers call until the span has ended, or until the first error.
  absl::Status Run() {
    for (auto& caller : callers_) caller->Start();
    std::size_t in_progress = callers_.size();
    absl::Status status;
    void* tag = nullptr;
    bool ok = false;
    while (in_progress > 0 && queue_.Next(&tag, &ok)) {
      auto& caller = *static_cast<LoadCaller*>(tag);
      LoadCaller::Clock::duration latency{};
      status.Update(caller.Finish(latency));
      const bool measured = span_.Add(1);
      if (measured) latencies_.push_back(latency);
      if (status.ok() && !span_.ended()) {
        caller.Start();
      } else {
        --in_progress;
      }
    }
    std::sort(latencies_.begin(), latencies_.end());
    return status;
  }

  // The latency, in milliseconds, within which the share `quantile` of the measured calls was
  // answered.
  double Latency(double quantile) const {
    if (latencies_.empty()) return 0;
    const auto last = static_cast<double>(latencies_.size() - 1);
    const auto index = static_cast<std::size_t>(std::ceil(quantile * last));
    return std::chrono::duration<double, std::milli>(latencies_.at(index)).count();
  }

 private:
  MeasuredSpan& span_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<LoadCaller>> callers_;
  std::vector<LoadCaller::Clock::duration> latencies_;
};

absl::Status Measure(const std::shared_ptr<grpc::Channel>& channel) {
  const int callers = absl::GetFlag(FLAGS_callers);
  const int recipients = absl::GetFlag(FLAGS_recipients);
  const int event_bytes = absl::GetFlag(FLAGS_event);
  if (callers < 1 || recipients < 1) {
    return absl::InvalidArgumentError("needs at least one caller and one recipient");
  }
  const auto stub = events::v1::EventPublisherService::NewStub(channel);
  MeasuredSpan span(absl::GetFlag(FLAGS_warm_up), absl::GetFlag(FLAGS_calls));
  ClosedLoop loop(span);
  for (int i = 0; i < callers; ++i) {
    events::v1::PublishMessageRequest request;
    absl::Status status =
        MakeRequest(event_bytes, kFirstUser + i * recipients, recipients, request);
    if (!status.ok()) return status;
    loop.AddCaller(*stub, std::move(request));
  }
  if (absl::Status status = loop.Run(); !status.ok()) return status;
  std::printf(
      "{\"program\":\"load-driver\",\"callers\":%d,\"recipients\":%d,\"event_bytes\":%d,"
      "\"calls\":%llu,\"seconds\":%.3f,\"acknowledged_per_second\":%.0f,"
      "\"calls_per_second\":%.0f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f,"
      "\"all_acknowledged\":%llu}\n",
      callers, recipients, event_bytes, static_cast<unsigned long long>(span.completions()),
      span.seconds(), span.per_second() * recipients, span.per_second(), loop.Latency(0.5),
      loop.Latency(0.99), loop.Latency(1),
      static_cast<unsigned long long>(span.total()) * static_cast<unsigned>(recipients));
  return absl::OkStatus();
}

absl::Status Run() {
  const auto channel =
      grpc::CreateChannel(absl::GetFlag(FLAGS_address), grpc::InsecureChannelCredentials());
  if (absl::Status status = AwaitServing(channel); !status.ok()) return status;
  if (absl::GetFlag(FLAGS_calls) == 0) return absl::OkStatus();
  return Measure(channel);
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("Calls PublishMessage in a closed loop, and measures.");
  absl::ParseCommandLine(argc, argv);
  const absl::Status status = dino::bench::Run();
  if (status.ok()) return 0;
  std::fprintf(stderr, "load-driver: %s\n", status.ToString().c_str());
  return 1;
}
