#include "bench/load/load.h"

#include <grpc/grpc.h>

#include <cstdint>
#include <string_view>
#include <thread>
#include <utility>

#include "bench/base/process_usage.h"
#include "bench/base/schedule.h"
#include "bench/load/held_calls.h"
#include "bench/load/open_loop.h"
#include "bench/load/publish_rpcs.h"
#include "bench/load/serving.h"
#include "bench/load/stream_caller.h"

namespace dino::bench {
namespace {

constexpr std::size_t kMaxInProgress = 5000;
constexpr std::uint32_t kSeed = 1;

double Milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

void AddLatencies(const Latencies& latencies, JsonLine& line) {
  constexpr std::pair<const char*, double> kQuantiles[] = {
      {"p50_ms", 0.5}, {"p90_ms", 0.9}, {"p99_ms", 0.99}, {"p999_ms", 0.999}, {"max_ms", 1}};
  line.Add("latencies", static_cast<std::uint64_t>(latencies.count()));
  for (const auto& [name, quantile] : kQuantiles) {
    line.Add(name, Milliseconds(latencies.Quantile(quantile)));
  }
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const LoadOptions& options) {
  if (options.tls_ca.empty()) return grpc::InsecureChannelCredentials();
  auto tls = grpc::SslCredentials({options.tls_ca, /*pem_private_key=*/"", /*pem_cert_chain=*/""});
  if (options.api_key.empty()) return tls;
  return grpc::CompositeChannelCredentials(tls, grpc::AccessTokenCredentials(options.api_key));
}

std::shared_ptr<grpc::Channel> Connect(const LoadOptions& options) {
  grpc::ChannelArguments arguments;
  // Each channel has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(options.address, CredentialsOf(options), arguments);
}

// The number of events per completion.
int EventsPerCompletion(const LoadOptions& options) {
  const int per_call = options.rpc == Rpc::kBatch ? options.batch : 1;
  return options.mode == Mode::kRounds ? per_call * options.callers : per_call;
}

}  // namespace

Load::Load(const LoadOptions& options) : options_(options) {
  for (int i = 0; i < options.connections; ++i) {
    channels_.push_back(Connect(options));
    stubs_.push_back(events::v1::EventPublisherService::NewStub(channels_.back()));
  }
}

absl::StatusOr<JsonLine> Load::Run() {
  for (const auto& channel : channels_) {
    if (absl::Status status = AwaitServing(channel); !status.ok()) return status;
  }
  switch (options_.mode) {
    case Mode::kClosed:
    case Mode::kRounds:
      return RunClosed();
    case Mode::kOpen:
    case Mode::kSparse:
      return RunOpen();
    case Mode::kHeld:
      return RunHeld();
  }
  return absl::InternalError("unknown mode");
}

absl::StatusOr<JsonLine> Load::RunClosed() {
  MeasuredSpan span(options_.span);
  std::vector<CallRecord> records(static_cast<std::size_t>(options_.threads), CallRecord(span));
  std::vector<std::thread> threads;
  for (int i = 0; i < options_.threads; ++i) {
    threads.emplace_back([this, i, &record = records[static_cast<std::size_t>(i)]] {
      options_.rpc == Rpc::kStream ? RunStreamThread(i, record) : RunThread(i, record);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Latencies latencies;
  for (const CallRecord& record : records) {
    if (!record.status().ok()) return record.status();
    latencies.Add(record.latencies());
  }
  const int events = EventsPerCompletion(options_);
  const double events_per_second = span.per_second() * events;
  JsonLine line = Describe();
  line.Add("completions", span.completions())
      .Add("seconds", span.seconds())
      .Add("completions_per_second", span.per_second())
      .Add("events_per_second", events_per_second)
      .Add("acknowledged_per_second", events_per_second * options_.shape.recipients)
      .Add("all_events", span.total() * static_cast<std::uint64_t>(events))
      .Add("server_cpu_us_per_publication",
           span.processor_microseconds() / events / options_.shape.recipients);
  AddLatencies(latencies, line);
  return line;
}

absl::StatusOr<JsonLine> Load::RunOpen() {
  grpc::CompletionQueue queue;
  const auto callers = static_cast<std::size_t>(options_.callers);
  const std::chrono::nanoseconds duration = options_.span.warm_up + options_.span.duration;
  FixedRate fixed_rate(options_.rate, callers, duration);
  SparseCalls sparse_calls(callers, duration, kSeed);
  const bool open = options_.mode == Mode::kOpen;
  Schedule& schedule = open ? static_cast<Schedule&>(fixed_rate) : sparse_calls;
  int made = 0;
  const auto make_caller = [this, &queue, &made](std::size_t place) {
    // Each has recipients of its own, but keeps to the connection of its place.
    const int connections = options_.connections;
    return MakeCaller(made++ * connections + static_cast<int>(place) % connections, queue);
  };
  OpenLoop loop(queue, make_caller, callers, kMaxInProgress, options_.span.warm_up);
  if (absl::Status status = loop.Run(schedule); !status.ok()) return status;
  JsonLine line = Describe();
  if (open) line.Add("rate", options_.rate);
  AddLatencies(loop.latencies(), line);
  return line;
}

absl::StatusOr<JsonLine> Load::RunHeld() {
  grpc::CompletionQueue queue;
  const Callers callers = MakeCallers(0, queue);
  events::v1::PublishMessageRequest request = MakeRequest(options_.shape, 0);
  const auto request_bytes = static_cast<std::uint64_t>(request.ByteSizeLong());
  // A dry run is answered at once, whatever the broker does.
  request.mutable_options()->set_validate_only(true);
  UnaryCaller<PublishMessageRpc> probe(StubOf(0), queue, std::move(request), options_.deadline);
  const std::uint64_t before = AnonymousMemory(options_.span.process);
  std::uint64_t after = 0;
  absl::Status status =
      HoldCalls(callers, probe, queue, [&] { after = AnonymousMemory(options_.span.process); });
  if (!status.ok()) return status;
  const auto calls = static_cast<std::uint64_t>(options_.callers);
  JsonLine line = Describe();
  line.Add("pending", calls * static_cast<std::uint64_t>(options_.shape.recipients))
      .Add("request_bytes", calls * request_bytes)
      .Add("bytes_before", before)
      .Add("bytes_after", after);
  return line;
}

void Load::RunThread(int thread, CallRecord& record) {
  grpc::CompletionQueue queue;
  const Callers callers = MakeCallers(thread, queue);
  const auto run = options_.mode == Mode::kRounds ? &RunRounds : &RunClosedLoop;
  run(callers, queue, record);
}

void Load::RunStreamThread(int thread, CallRecord& record) {
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<StreamCaller>> callers;
  for (const int caller : CallersOf(thread)) {
    callers.push_back(std::make_unique<StreamCaller>(StubOf(caller), queue, record, options_.shape,
                                                     caller * options_.window, options_.window));
  }
  RunStreams(callers, queue);
}

std::vector<int> Load::CallersOf(int thread) const {
  std::vector<int> callers;
  for (int i = 0; i < options_.callers; ++i) {
    // A connection belongs to one thread.
    if (i % options_.connections % options_.threads == thread) callers.push_back(i);
  }
  return callers;
}

Load::Stub& Load::StubOf(int caller) {
  return *stubs_[static_cast<std::size_t>(caller % options_.connections)];
}

std::unique_ptr<Caller> Load::MakeCaller(int caller, grpc::CompletionQueue& queue) {
  if (options_.rpc != Rpc::kBatch) {
    return std::make_unique<UnaryCaller<PublishMessageRpc>>(
        StubOf(caller), queue, MakeRequest(options_.shape, caller), options_.deadline);
  }
  events::v1::PublishBatchRequest request;
  for (int i = 0; i < options_.batch; ++i) {
    *request.add_events()->mutable_message() =
        MakeRequest(options_.shape, caller * options_.batch + i);
  }
  return std::make_unique<UnaryCaller<PublishBatchRpc>>(StubOf(caller), queue, std::move(request),
                                                        options_.deadline);
}

Callers Load::MakeCallers(int thread, grpc::CompletionQueue& queue) {
  Callers callers;
  for (const int caller : CallersOf(thread)) callers.push_back(MakeCaller(caller, queue));
  return callers;
}

JsonLine Load::Describe() const {
  JsonLine line;
  line.Add("program", "load-driver")
      .Add("callers", static_cast<std::uint64_t>(options_.callers))
      .Add("recipients", static_cast<std::uint64_t>(options_.shape.recipients));
  return line;
}

}  // namespace dino::bench
