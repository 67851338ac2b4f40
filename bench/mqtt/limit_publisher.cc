// limit-publisher: how fast a broker accepts publications from a publisher that does almost no
// work.
//
// Prints one line of JSON. Exit status: 0, or 1 when a connection or a publication failed.

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "bench/base/json_line.h"
#include "bench/base/measured_span.h"
#include "bench/base/program.h"
#include "bench/mqtt/limit_session.h"

ABSL_FLAG(int, port, 1883, "The broker's port on the loopback interface");
ABSL_FLAG(int, sessions, 8, "MQTT connections");
ABSL_FLAG(int, window, 64, "Publications in flight per connection");
ABSL_FLAG(int, burst, 1, "Fill a window when it has room for so many");
ABSL_FLAG(int, users, 8000, "Topics to publish to in turn");
ABSL_FLAG(int, payload, 300, "Payload in bytes");
ABSL_FLAG(absl::Duration, warm_up, absl::Milliseconds(500), "Load before the measured one");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(2), "How long to measure");

namespace dino::bench {
namespace {

constexpr int kPatienceMilliseconds = 10'000;

// Publishes on all sessions until the span has ended.
class LimitLoop {
 public:
  explicit LimitLoop(MeasuredSpan& span) : span_(span), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
  LimitLoop(const LimitLoop&) = delete;
  LimitLoop& operator=(const LimitLoop&) = delete;
  ~LimitLoop() { close(epoll_); }

  absl::Status Add(std::unique_ptr<LimitSession> session) {
    if (absl::Status status = session->Connect(); !status.ok()) return status;
    sessions_.push_back(std::move(session));
    return Watch(EPOLL_CTL_ADD, *sessions_.back());
  }

  absl::Status Run() {
    std::array<epoll_event, 64> events{};
    while (!span_.ended()) {
      const int count =
          epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kPatienceMilliseconds);
      if (count == 0) return absl::DeadlineExceededError("the broker stopped acknowledging");
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events.at(static_cast<std::size_t>(i));
        auto& session = *static_cast<LimitSession*>(event.data.ptr);
        if (absl::Status status = Handle(session); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Handle(LimitSession& session) {
    const bool awaited_room = session.awaits_room();
    const absl::StatusOr<int> acknowledged = session.Read();
    if (!acknowledged.ok()) return acknowledged.status();
    span_.Add(static_cast<std::uint64_t>(*acknowledged));
    if (absl::Status status = session.Write(); !status.ok()) return status;
    if (session.awaits_room() == awaited_room) return absl::OkStatus();
    return Watch(EPOLL_CTL_MOD, session);
  }

  absl::Status Watch(int operation, LimitSession& session) const {
    epoll_event event{};
    event.events = EPOLLIN | (session.awaits_room() ? EPOLLOUT : 0U);
    event.data.ptr = &session;
    if (epoll_ctl(epoll_, operation, session.fd(), &event) == 0) return absl::OkStatus();
    return absl::ErrnoToStatus(errno, "epoll_ctl");
  }

  MeasuredSpan& span_;
  const int epoll_;
  std::vector<std::unique_ptr<LimitSession>> sessions_;
};

absl::Status Run() {
  LimitLoad load;
  load.port = absl::GetFlag(FLAGS_port);
  load.sessions = absl::GetFlag(FLAGS_sessions);
  load.window = absl::GetFlag(FLAGS_window);
  load.burst = absl::GetFlag(FLAGS_burst);
  load.users = absl::GetFlag(FLAGS_users);
  load.payload_bytes = absl::GetFlag(FLAGS_payload);
  if (load.sessions < 1 || load.burst < 1 || load.burst > load.window || load.window > 30'000 ||
      load.users < load.sessions || load.payload_bytes < 0) {
    return absl::InvalidArgumentError("needs sessions <= users, and burst <= window <= 30000");
  }
  SpanOptions options;
  options.warm_up = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_warm_up));
  options.duration = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_duration));
  MeasuredSpan span(options);
  LimitLoop loop(span);
  for (int i = 0; i < load.sessions; ++i) {
    absl::Status status = loop.Add(std::make_unique<LimitSession>(load, i));
    if (!status.ok()) return status;
  }
  if (absl::Status status = loop.Run(); !status.ok()) return status;
  JsonLine line;
  line.Add("program", "limit-publisher");
  AddPublications(line, span).Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  return dino::bench::RunProgram(argc, argv, "limit-publisher",
                                 "Publishes ready-made packets to an MQTT v5 broker, and measures.",
                                 dino::bench::Run);
}
