#ifndef DINO_SERVER_MQTT_SESSION_LOOP_H_
#define DINO_SERVER_MQTT_SESSION_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/link/resolver.h"
#include "server/mqtt/session/name_watch.h"
#include "server/mqtt/session/quarantine.h"
#include "server/mqtt/session/session.h"

namespace dino::mqtt {

// A thread that drives sessions. Chunks and requests from other threads come through an inbox
// that the loop empties at a stroke; everything else is the loop's own.
class Loop {
 public:
  Loop(Resolver& resolver, Link link) : resolver_(resolver), link_(std::move(link)) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  // Stops, if that has not been done.
  ~Loop();

  // Adds the session with this number in the pool. Before `Start`, or on the loop's thread.
  void AddSession(std::uint32_t number, SessionOptions options, unsigned seed,
                  const Session::ChangeFunction& on_change, Peers& peers);

  // Adds the quarantine of the broker with this number in the pool. The same.
  void AddQuarantine(std::uint32_t broker, SessionOptions options, unsigned seed,
                     Quarantine::FailureFunction on_failure, Peers& peers);

  // Has the loop watch names, and say on its thread where they lead. Before `Start`.
  void WatchNames(std::vector<std::string> hosts, Clock::duration every,
                  NameWatch::AnswerFunction on_answer);

  // Starts the thread, which calls `Turn` until the loop is stopped.
  void Start();

  // Waits until there is something to do, and does what is due. False once the loop is stopping.
  // Called by the loop's thread; without `Start`, by one that drives the loop in its place.
  bool Turn();
  // When the next turn has something to do at the latest, if nothing happens before.
  Clock::time_point next_turn() const { return next_; }

  // Ends the thread and closes the sessions.
  void Stop();

  // Settles what is open as not sent or unknown. After every loop of the pool was stopped, since
  // loops hand work to each other.
  void SettleRest();

  // Takes over chunks of this loop's sessions. Thread-safe.
  void Publish(const std::vector<Chunk*>& chunks);

  // Ends those chunks of `batch` that this loop's sessions have. Thread-safe.
  void StopBatch(const std::shared_ptr<Batch>& batch);
  // Ends all chunks, those that come later too. Thread-safe.
  void StopAll();

  // Does something with the session with this number on the loop's thread, unless the session is
  // gone by then. Thread-safe; in the order of the calls.
  void Tell(std::uint32_t number, std::function<void(Session&)> what);
  void TellQuarantine(std::uint32_t broker, std::function<void(Quarantine&)> what);

  // Does something on the loop's thread. Thread-safe; in the order of the calls.
  void Post(std::function<void()> task);

 private:
  // Lets some answers come together if the last ones came alone and there is nothing to do without
  // them: each wake-up costs the broker's processor as much as several publications.
  void GatherAnswers() const;
  void EmptyInbox();
  void EndChunks(const Batch& batch);
  void EndAllChunks();
  Session* session(std::uint32_t number) const;

  Resolver& resolver_;
  const Link link_;
  // By number in the pool; null where another loop has the session.
  std::vector<std::unique_ptr<Session>> sessions_;
  // The same by broker.
  std::vector<std::unique_ptr<Quarantine>> quarantines_;
  std::unique_ptr<NameWatch> names_;
  std::thread thread_;
  Clock::time_point next_ = Clock::now();
  bool stops_all_ = false;
  // Reused between turns.
  std::vector<Chunk*> taken_chunks_;
  std::vector<std::function<void()>> taken_tasks_;

  Mutex mutex_;
  std::vector<Chunk*> chunks_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::function<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_LOOP_H_
