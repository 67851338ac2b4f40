#ifndef DINO_SERVER_MQTT_SESSION_NAME_WATCH_H_
#define DINO_SERVER_MQTT_SESSION_NAME_WATCH_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/clock.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/resolver.h"

namespace dino::mqtt {

// Looks again and again which addresses names lead to. A look-up that fails says nothing. Not
// thread-safe.
class NameWatch {
 public:
  using AnswerFunction =
      std::function<void(const std::string& host, const Resolver::Addresses& addresses)>;

  NameWatch(std::vector<std::string> hosts, Clock::duration every,
            Connector::ResolveFunction resolve, AnswerFunction on_answer)
      : hosts_(std::move(hosts)),
        every_(every),
        resolve_(std::move(resolve)),
        on_answer_(std::move(on_answer)) {}

  void OnResolved(const std::string& host, const absl::StatusOr<Resolver::Addresses>& addresses) {
    if (addresses.ok()) on_answer_(host, *addresses);
  }

  // Looks if it is time. Returns when it wants to be called again.
  Clock::time_point Advance(Clock::time_point now) {
    if (hosts_.empty()) return Clock::time_point::max();
    if (now >= next_) {
      next_ = now + every_;
      for (const std::string& host : hosts_) resolve_(host);
    }
    return next_;
  }

 private:
  const std::vector<std::string> hosts_;
  const Clock::duration every_;
  const Connector::ResolveFunction resolve_;
  const AnswerFunction on_answer_;
  Clock::time_point next_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_NAME_WATCH_H_
