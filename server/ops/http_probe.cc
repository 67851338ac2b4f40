#include "server/ops/http_probe.h"

#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/net/http_request.h"

namespace dino::ops {
namespace {

absl::Status Probe(const std::string& host, std::uint16_t port, const std::string& path,
                   std::chrono::milliseconds timeout) {
  // Who listens at `::` hears both loopback addresses, if the machine has both.
  const absl::StatusOr<std::string> answer =
      net::RequestHttp(host == "::" ? "" : host, port,
                       absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n"), timeout);
  if (!answer.ok()) return answer.status();
  if (absl::StartsWith(*answer, "HTTP/1.1 200")) return absl::OkStatus();
  return absl::UnavailableError(*answer);
}

}  // namespace

absl::Status ProbeHttp(const std::string& host, std::uint16_t port, const std::string& path,
                       std::chrono::milliseconds timeout) {
  // A name look-up has no timeout, so the thread may be left behind.
  std::promise<absl::Status> promise;
  std::future<absl::Status> answer = promise.get_future();
  std::thread([=, promise = std::move(promise)]() mutable {
    // Longer, so that it is not the first to give up.
    promise.set_value(Probe(host, port, path, 2 * timeout));
  }).detach();
  if (answer.wait_for(timeout) == std::future_status::ready) return answer.get();
  return absl::DeadlineExceededError("no response in time");
}

}  // namespace dino::ops
