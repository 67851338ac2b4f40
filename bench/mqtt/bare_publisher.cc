// bare-publisher: how fast libmosquitto can publish to a broker when nothing else is done.
//
// Prints one line of JSON. Exit status: 0, or 1 when the connection or a publication failed.

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/base/json_line.h"
#include "bench/base/measured_span.h"
#include "bench/base/program.h"
#include "bench/mqtt/bare_session.h"

ABSL_FLAG(std::string, host, "127.0.0.1", "The broker's host");
ABSL_FLAG(int, port, 1883, "The broker's port");
ABSL_FLAG(int, sessions, 8, "MQTT connections");
ABSL_FLAG(int, loops, 2, "Threads that drive them");
ABSL_FLAG(int, window, 64, "Publications in flight per session");
ABSL_FLAG(int, users, 8000, "Topics to publish to in turn");
ABSL_FLAG(int, payload, 300, "Payload in bytes");
ABSL_FLAG(absl::Duration, warm_up, absl::Milliseconds(500), "Load before the measured one");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2), "How long to measure");

namespace dino::bench {
namespace {

using Sessions = std::vector<std::unique_ptr<BareSession>>;

constexpr int kTickMilliseconds = 1000;
// A loop without acknowledgements for this long gives up.
constexpr std::chrono::seconds kPatience{10};

// Publishes on some sessions until the span has ended. Belongs to its thread.
class BareLoop {
 public:
  BareLoop(Sessions sessions, MeasuredSpan& span)
      : sessions_(std::move(sessions)), span_(span), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;
  ~BareLoop() { close(epoll_); }

  absl::Status Run() {
    for (auto& session : sessions_) {
      if (absl::Status status = Watch(EPOLL_CTL_ADD, *session); !status.ok()) return status;
    }
    Clock::time_point last_tick = Clock::now();
    last_progress_ = last_tick;
    while (!span_.ended()) {
      if (absl::Status status = HandleEvents(); !status.ok()) return status;
      const Clock::time_point now = Clock::now();
      if (now - last_progress_ > kPatience) {
        return absl::DeadlineExceededError("the broker stopped acknowledging");
      }
      if (now - last_tick < std::chrono::milliseconds(kTickMilliseconds)) continue;
      last_tick = now;
      for (auto& session : sessions_) {
        if (absl::Status status = session->Tick(); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Watch(int operation, BareSession& session) const {
    epoll_event event{};
    event.events = EPOLLIN | (session.wants_write() ? EPOLLOUT : 0U);
    event.data.ptr = &session;
    if (epoll_ctl(epoll_, operation, session.fd(), &event) == 0) return absl::OkStatus();
    return absl::ErrnoToStatus(errno, "epoll_ctl");
  }

  absl::Status HandleEvents() {
    std::array<epoll_event, 64> events{};
    const int count =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTickMilliseconds);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events.at(static_cast<std::size_t>(i));
      auto& session = *static_cast<BareSession*>(event.data.ptr);
      if (absl::Status status = Handle(session, event.events); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Handle(BareSession& session, std::uint32_t events) {
    if ((events & EPOLLOUT) != 0) {
      if (absl::Status status = session.Write(); !status.ok()) return status;
    }
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
      const absl::StatusOr<int> acknowledged = session.Read();
      if (!acknowledged.ok()) return acknowledged.status();
      span_.Add(static_cast<std::uint64_t>(*acknowledged));
      if (*acknowledged > 0) last_progress_ = Clock::now();
    }
    if (absl::Status status = session.Publish(); !status.ok()) return status;
    if (session.wants_write() || (events & EPOLLOUT) != 0) return Watch(EPOLL_CTL_MOD, session);
    return absl::OkStatus();
  }

  const Sessions sessions_;
  MeasuredSpan& span_;
  const int epoll_;
  Clock::time_point last_progress_;
};

BareLoad LoadFromFlags() {
  BareLoad load;
  load.host = absl::GetFlag(FLAGS_host);
  load.port = absl::GetFlag(FLAGS_port);
  load.sessions = absl::GetFlag(FLAGS_sessions);
  load.window = absl::GetFlag(FLAGS_window);
  load.users = absl::GetFlag(FLAGS_users);
  load.payload_bytes = absl::GetFlag(FLAGS_payload);
  return load;
}

absl::StatusOr<std::vector<Sessions>> ConnectAll(const BareLoad& load, int loops) {
  std::vector<Sessions> sessions(static_cast<std::size_t>(loops));
  for (int i = 0; i < load.sessions; ++i) {
    auto session = std::make_unique<BareSession>(load, i);
    if (absl::Status status = session->Connect(); !status.ok()) return status;
    sessions.at(static_cast<std::size_t>(i % loops)).push_back(std::move(session));
  }
  return sessions;
}

absl::Status Run() {
  const BareLoad load = LoadFromFlags();
  const int loops = absl::GetFlag(FLAGS_loops);
  if (loops < 1 || load.sessions < loops || load.window < 1 || load.users < load.sessions ||
      load.payload_bytes < 0) {
    return absl::InvalidArgumentError("needs loops <= sessions <= users, and a window");
  }
  absl::StatusOr<std::vector<Sessions>> sessions = ConnectAll(load, loops);
  if (!sessions.ok()) return sessions.status();

  SpanOptions options;
  options.warm_up = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_warm_up));
  options.duration = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_duration));
  MeasuredSpan span(options);
  std::vector<absl::Status> statuses(sessions->size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < sessions->size(); ++i) {
    threads.emplace_back(
        [&span, mine = std::move((*sessions)[i]), &status = statuses[i]]() mutable {
          status = BareLoop(std::move(mine), span).Run();
        });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& status : statuses) {
    if (!status.ok()) return status;
  }
  JsonLine line;
  line.Add("program", "bare-publisher");
  AddPublications(line, span).Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  mosquitto_lib_init();
  const int status = dino::bench::RunProgram(
      argc, argv, "bare-publisher", "Publishes to an MQTT v5 broker by libmosquitto, and measures.",
      dino::bench::Run);
  mosquitto_lib_cleanup();
  return status;
}
