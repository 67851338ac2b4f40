#include "server/trace/tracer.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/printable_text.h"
#include "server/net/http_request.h"

namespace dino::trace {

Tracer::Tracer(TracerOptions options, SendFunction send)
    : options_(std::move(options)),
      sampler_(options_.sample_ratio),
      send_(std::move(send)),
      queue_(options_.most_waiting),
      log_({log::Level::kWarning, "traces cannot be exported", "traces are exported again"}),
      timer_(std::make_unique<Timer>("traces", Clock::now() + options_.interval,
                                     [this] { return Export(); })) {}

Tracer::~Tracer() {
  timer_.reset();
  if (collector_works_) ExportAll();
}

void Tracer::Add(Span span) {
  // More than that would wait for the next turn in vain.
  if (queue_.Add(std::move(span)) == options_.most_at_once) timer_->CallBy(Clock::now());
}

Clock::time_point Tracer::Export() {
  collector_works_ = ExportAll();
  return Clock::now() + options_.interval;
}

void Tracer::CheckClocks() {
  constexpr std::chrono::milliseconds kTolerance{10};
  const ClockPair now;
  const auto drift = (now.system - clocks_.system) - (now.clock - clocks_.clock);
  if (drift > kTolerance || drift < -kTolerance) clocks_ = now;
}

bool Tracer::ExportAll() {
  CheckClocks();
  while (true) {
    const std::vector<Span> spans = queue_.Take(options_.most_at_once);
    if (spans.empty()) break;
    const absl::Status sent = send_(OtlpJson(options_.resource, spans, clocks_));
    if (!sent.ok()) {
      failed_.fetch_add(spans.size(), std::memory_order_relaxed);
      log_.Occurred();
      const std::string reason(sent.message());
      log_.Look(reason.empty() ? "unknown" : reason);
      return false;
    }
    exported_.fetch_add(spans.size(), std::memory_order_relaxed);
    log_.Look("");
  }
  return collector_works_;
}

Tracer::Figures Tracer::figures() const {
  return {exported_.load(std::memory_order_relaxed), queue_.dropped(),
          failed_.load(std::memory_order_relaxed)};
}

Tracer::SendFunction ToCollector(const HostPort& address) {
  return [address](const std::string& body) {
    constexpr std::chrono::seconds kTimeout{2};
    constexpr std::size_t kMostShown = 200;
    const std::string head =
        absl::StrCat("POST /v1/traces HTTP/1.1\r\nHost: ", address.ToString(),
                     "\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                     "\r\nConnection: close\r\n\r\n");
    const absl::StatusOr<std::string> answer =
        net::RequestHttp(address.host, address.port, absl::StrCat(head, body), kTimeout);
    if (!answer.ok()) return answer.status();
    if (absl::StartsWith(*answer, "HTTP/1.1 2")) return absl::OkStatus();
    return absl::UnavailableError(PrintableText(*answer, kMostShown));
  };
}

}  // namespace dino::trace
