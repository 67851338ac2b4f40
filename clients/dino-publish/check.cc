#include "clients/dino-publish/check.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "clients/dino-publish/method.h"
#include "clients/dino-publish/probe.h"
#include "clients/dino-publish/report.h"
#include "clients/dino-publish/status_text.h"
#include "dino/events/v1/server_info.pb.h"
#include "grpc/health/v1/health.pb.h"

namespace dino::publish_client {
namespace {

namespace health = ::grpc::health::v1;
using events::v1::GetServerInfoRequest;
using events::v1::GetServerInfoResponse;

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";

class Check {
 public:
  Check(const Options& options, const Surroundings& surroundings, const Call& call)
      : options_(options), surroundings_(surroundings), call_(call) {}

  Exit Run() {
    Exit exit = Reach();
    if (exit == kSucceeded && !options_.health_only) exit = Introduce();
    return exit == kSucceeded ? SeeWhetherReady() : exit;
  }

 private:
  Exit Reach() {
    std::string response;
    const grpc::Status status =
        Make(kHealthCheck, health::HealthCheckRequest().SerializeAsString(), response);
    health::HealthCheckResponse answer;
    if (status.ok() && answer.ParseFromString(response)) {
      serving_ = answer.status() == health::HealthCheckResponse::SERVING;
    } else if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) {
      return Fail(kUnreachable, "unreachable", call_.address + ": " + InALine(status));
    }
    return Say("reachable", call_.address);
  }

  Exit Introduce() {
    std::string response;
    const grpc::Status status = Make(Method::Find("GetServerInfo").Path(),
                                     GetServerInfoRequest().SerializeAsString(), response);
    switch (status.error_code()) {
      case grpc::StatusCode::OK:
        if (!info_.ParseFromString(response)) {
          return Fail(kFailed, "unknown", "the answer to GetServerInfo cannot be read");
        }
        return Say("known", "by version " + info_.version());
      case grpc::StatusCode::PERMISSION_DENIED:
        return Say("known", "but not allowed to call GetServerInfo");
      case grpc::StatusCode::UNAUTHENTICATED:
        return Fail(kUnknownCaller, "unknown caller", InALine(status));
      default:
        return Fail(kNotReady, "not ready", InALine(status));
    }
  }

  Exit SeeWhetherReady() const {
    const auto& sessions = info_.sessions();
    if (info_.draining()) return Fail(kNotReady, "not ready", "the server is shutting down");
    if (serving_ && sessions.empty()) return Say("ready", "as its health says");
    const auto connected = std::count_if(sessions.begin(), sessions.end(),
                                         [](const auto& session) { return session.connected(); });
    if (serving_) {
      return Say("ready", absl::StrCat(connected, " of ", sessions.size(), " sessions connected"));
    }
    std::string why = options_.health_only ? "no broker, or it is shutting down" : "no broker";
    if (!sessions.empty()) {
      absl::StrAppend(&why, ": ", sessions[0].broker(), ": ", sessions[0].reason());
    }
    return Fail(kNotReady, "not ready", why);
  }

  grpc::Status Make(const std::string& path, std::string request, std::string& response) {
    call_.path = path;
    call_.request = std::move(request);
    return surroundings_.make_call(call_, response);
  }

  Exit Say(const std::string& step, const std::string& text) const {
    return Report(surroundings_, kSucceeded, step, text);
  }
  Exit Fail(Exit exit, const std::string& what, const std::string& text) const {
    return Report(surroundings_, exit, what, text);
  }

  const Options& options_;
  const Surroundings& surroundings_;
  Call call_;
  bool serving_ = false;
  GetServerInfoResponse info_;
};

}  // namespace

Exit CheckServer(const Options& options, const Surroundings& surroundings, const Call& call) {
  const Exit exit = Check(options, surroundings, call).Run();
  if (exit != kSucceeded || options.probe_topic.empty()) return exit;
  return Probe(options, surroundings, call);
}

}  // namespace dino::publish_client
