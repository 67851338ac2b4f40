// broadcast-driver: calls Centrifugo's Broadcast as load-driver calls the bridge.
//
// Prints one line of JSON. Exit status: 0, or 1 when a call failed.

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/base/json_line.h"
#include "bench/base/program.h"
#include "bench/load/closed_loop.h"
#include "centrifugo_api.grpc.pb.h"

ABSL_FLAG(std::string, address, "", "Centrifugo's gRPC address");
ABSL_FLAG(int, server_pid, 0, "Whose processor time is taken down");
ABSL_FLAG(int, callers, 8, "Calls in progress at a time");
ABSL_FLAG(int, channels, 10'000, "Channels per call; each caller has its own");
ABSL_FLAG(std::string, payload_file, "", "What to publish");
ABSL_FLAG(absl::Duration, warm_up, absl::Milliseconds(500), "Load before the measured one");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2), "How long to measure");

namespace dino::bench {
namespace {

namespace api = ::centrifugal::centrifugo::api;

constexpr int kFirstUser = 1'000'000;
constexpr std::chrono::seconds kPatience{15};
constexpr std::chrono::seconds kDeadline{30};

struct BroadcastRpc {
  using Stub = api::CentrifugoApi::Stub;
  using Request = api::BroadcastRequest;
  using Response = api::BroadcastResponse;

  static auto Begin(Stub& stub, grpc::ClientContext& context, const Request& request,
                    grpc::CompletionQueue& queue) {
    return stub.AsyncBroadcast(&context, request, &queue);
  }

  static void Renew(Request& /*request*/) {}

  static absl::Status Check(const Request& request, const Response& response) {
    if (response.has_error()) return absl::InternalError(response.error().message());
    if (response.result().responses_size() != request.channels_size()) {
      return absl::DataLossError("not every channel is answered for");
    }
    for (const auto& one : response.result().responses()) {
      if (one.has_error()) return absl::InternalError(one.error().message());
    }
    return absl::OkStatus();
  }
};

api::BroadcastRequest MakeBroadcast(int caller, const std::string& payload) {
  const int channels = absl::GetFlag(FLAGS_channels);
  api::BroadcastRequest request;
  request.set_data(payload);
  for (int i = 0; i < channels; ++i) {
    request.add_channels(absl::StrCat("#", kFirstUser + caller * channels + i));
  }
  return request;
}

absl::Status Run() {
  std::ifstream file(absl::GetFlag(FLAGS_payload_file));
  const std::string payload(std::istreambuf_iterator<char>(file), {});
  if (payload.empty()) return absl::NotFoundError("no payload");
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  const auto channel = grpc::CreateCustomChannel(absl::GetFlag(FLAGS_address),
                                                 grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + kPatience)) {
    return absl::UnavailableError("cannot connect");
  }
  const auto stub = api::CentrifugoApi::NewStub(channel);
  SpanOptions options;
  options.warm_up = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_warm_up));
  options.duration = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_duration));
  options.process = absl::GetFlag(FLAGS_server_pid);
  options.least_warm_up = static_cast<std::uint64_t>(absl::GetFlag(FLAGS_callers));
  MeasuredSpan span(options);
  CallRecord record(span);
  grpc::CompletionQueue queue;
  Callers callers;
  for (int i = 0; i < absl::GetFlag(FLAGS_callers); ++i) {
    callers.push_back(std::make_unique<UnaryCaller<BroadcastRpc>>(
        *stub, queue, MakeBroadcast(i, payload), kDeadline));
  }
  RunClosedLoop(callers, queue, record);
  if (!record.status().ok()) return record.status();
  const int channels = absl::GetFlag(FLAGS_channels);
  JsonLine()
      .Add("program", "centrifugo")
      .Add("completions", span.completions())
      .Add("seconds", span.seconds())
      .Add("acknowledged_per_second", span.per_second() * channels)
      .Add("server_cpu_us_per_publication", span.processor_microseconds() / channels)
      .Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  return dino::bench::RunProgram(argc, argv, "broadcast-driver",
                                 "Calls Centrifugo's Broadcast in a closed loop, and measures.",
                                 dino::bench::Run);
}
