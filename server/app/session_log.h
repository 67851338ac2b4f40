#ifndef DINO_SERVER_APP_SESSION_LOG_H_
#define DINO_SERVER_APP_SESSION_LOG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/base/timer.h"
#include "server/log/state_pace.h"
#include "server/mqtt/session/session.h"

namespace dino::app {

// The log's lines about brokers: what a broker's sessions report makes one state, which has lines
// as `log::StatePace` has them. Single sessions have a line when they first connect, and at the
// level debug. Thread-safe.
class SessionLog {
 public:
  // Whether the time to look is the test's, or a second on a thread of its own.
  enum class Looks { kByItself, kWhenAsked };

  explicit SessionLog(Looks looks = Looks::kByItself);
  SessionLog(const SessionLog&) = delete;
  SessionLog& operator=(const SessionLog&) = delete;

  // A session's state has changed.
  void OnSession(const mqtt::SessionChange& change);
  // A broker is left because it acknowledges nothing, or acknowledges again.
  void OnBroker(const std::string& broker, bool left);

  // Writes the lines that are due.
  void Look(Clock::time_point now);

 private:
  struct Session {
    bool connected = false;
    // Another one serves its users.
    bool away = false;
    bool was_connected = false;
    // Its last attempt to connect did.
    bool failed = false;
  };
  struct Broker {
    std::map<std::string, Session> sessions;
    bool left = false;
    // Losses and failed attempts since the state began, and why the last one was.
    std::uint64_t failures = 0;
    std::string reason;
    // There were some since the last look.
    bool news = false;
    // What the last line said is wrong; empty if all is well.
    std::string_view said;
    log::StatePace pace;
  };
  // How many of a broker's sessions are so.
  struct Count {
    std::size_t connected = 0;
    std::size_t away = 0;
    std::size_t failed = 0;
  };

  static void TakeDown(const mqtt::SessionChange& change, Broker& broker);
  static Count CountOf(const Broker& broker);
  // How bad it is, for `StatePace`, and in words.
  static int BadnessOf(const Broker& broker, const Count& count);
  static std::string_view MessageOf(const Broker& broker, const Count& count);
  static void LookAt(const std::string& name, Broker& broker, Clock::time_point now);

  Mutex mutex_;
  // By name.
  std::map<std::string, Broker> brokers_ ABSL_GUARDED_BY(mutex_);
  // Last: it uses the others.
  std::optional<Timer> timer_;
};

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SESSION_LOG_H_
