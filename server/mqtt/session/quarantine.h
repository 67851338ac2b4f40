#ifndef DINO_SERVER_MQTT_SESSION_QUARANTINE_H_
#define DINO_SERVER_MQTT_SESSION_QUARANTINE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "server/base/clock.h"
#include "server/mqtt/batch.h"
#include "server/mqtt/link/channel.h"
#include "server/mqtt/link/connector.h"
#include "server/mqtt/queue/open_chunks.h"
#include "server/mqtt/queue/retry_policy.h"
#include "server/mqtt/session/backoff.h"
#include "server/mqtt/session/properties_cache.h"
#include "server/mqtt/session/session.h"
#include "server/mqtt/session/witness.h"

namespace dino::mqtt {

// Sends publications one at a time on a connection that nobody else uses: those on which a broker
// may have closed other connections. The one on which it closes this connection too, while others
// live on, is rejected; so is the rest of its batch at the second time, unless the broker has
// acknowledged some of it. What is acknowledged was innocent. If the broker is down or left,
// everything goes back to the sessions that it came from; if it lets in all but this connection,
// suspicions are dropped, too: what may disturb others again is better than what never arrives.
//
// The connection, and a witness beside it, are opened when there is something to send, and closed
// when there has been nothing for a while. One for each broker. Belongs to its loop's thread.
class Quarantine : private SocketHandler, private Channel::Listener {
 public:
  // Told why the connection cannot be had while the broker lets others in, as often as suspicions
  // are dropped for it; empty once it can.
  using FailureFunction = std::function<void(const std::string& reason)>;

  // `options`: those of the broker's sessions, with a client ID of its own, of which the witness's
  // is made. `peers` outlives it.
  Quarantine(SessionOptions options, unsigned seed, const ConnectorFactory& make_connector,
             const Connector::ResolveFunction& resolve, FailureFunction on_failure, Peers& peers);
  Quarantine(const Quarantine&) = delete;
  Quarantine& operator=(const Quarantine&) = delete;
  // Settles what is left.
  ~Quarantine() override;

  // Takes what the session `owner` must not send itself.
  void Add(std::uint32_t owner, const Work& work);
  // Whether the broker is among its name's addresses; if not, everything goes back.
  void SetPresent(bool present) { present_ = present; }
  // Ends those publications of `batch` early that are here.
  void Stop(const Batch& batch);
  // Ends all that is here early.
  void StopAll();

  void OnResolved(const std::string& host, const absl::StatusOr<Resolver::Addresses>& addresses) {
    connector_->OnResolved(host, addresses);
    witness_.OnResolved(host, addresses);
  }

  // Does what is due. Returns when it wants to be called again at the latest.
  Clock::time_point Advance(Clock::time_point now);

  void Close();

 private:
  enum class State { kIdle, kConnecting, kConnected, kClosed };
  // A publication; `deferred` is null once nobody waits for its outcome any more.
  struct Case {
    Deferred* deferred = nullptr;
    std::uint32_t owner = 0;
    std::uint64_t topic_hash = 0;
    // The broker's last word on it was a refusal that may pass.
    bool refused = false;

    void Explain(const Explanation& explanation) const {
      if (deferred == nullptr) return;
      deferred->chunk->batch->Explain(deferred->position, explanation);
    }
  };
  // One whose connection the broker closed, until it is known whether others lived on.
  struct Verdict {
    Case subject;
    std::uint8_t reason_code = 0;
    std::string reason_string;
    Clock::time_point lost_at;
  };

  void OnSocket(std::uint32_t events) override;
  void OnPubAck(int packet_id, std::uint8_t reason_code, std::string_view reason_string) override;

  void OnConnectorDone(const absl::Status& status);
  void Lost(const absl::Status& why);
  void ProcessAnswer();
  // The broker has refused a publication for now, and then closed the connection.
  void RejectRefused();
  void PassVerdicts(Clock::time_point now);
  // Closes what has not been used for a while.
  void Rest(Clock::time_point now);
  void Connect(Clock::time_point now);
  void KeepUp(Clock::time_point now);
  // Blames the topic if the connection ends soon.
  void Watch(std::uint64_t topic_hash, Clock::time_point now);
  Clock::time_point MaySendFrom() const;
  void SendNext(Clock::time_point now);
  bool AwaitsVerdict(const Batch& batch) const;
  // True if nothing of the publication's batch is to be sent any more; then it is rejected.
  bool RejectedWithBatch(const Case& subject);
  bool Transmit(const Case& subject, Clock::time_point now);
  // Settles a publication, and lets its topic go.
  void Close(const Case& subject, PublicationOutcome outcome);
  // Whether nothing that waits is to be sent here: the broker is gone, down or left.
  bool MustGiveBack(Clock::time_point now) const;
  void GiveBackIf(absl::FunctionRef<bool(const Case&)> is_it);
  void GiveAllBack();
  // One of the batch was innocent: the others go back that are not suspect themselves.
  void Acquit(Batch& batch, Clock::time_point now);
  // Gives all back and suspects none of it any more, but for topics that were convicted.
  void PardonAll();
  void Expire(Clock::time_point now);
  void GiveUp(Chunk& chunk);

  const SessionOptions options_;
  const FailureFunction on_failure_;
  Peers& peers_;
  const std::unique_ptr<Connector> connector_;
  Witness witness_;
  State state_ = State::kIdle;
  bool present_ = true;
  std::unique_ptr<Channel> connection_;
  Backoff backoff_;
  Clock::time_point connect_at_;
  // In a row.
  int failed_attempts_ = 0;
  // If the broker is left.
  Clock::time_point give_back_at_;
  Clock::time_point keep_alive_at_;
  // When there was something to do last.
  Clock::time_point last_used_at_;
  Qos sent_qos_ = Qos::kAtLeastOnce;
  // Nothing is sent before.
  Clock::time_point send_at_;
  // When the topic that is watched is innocent, if it is to be said at all.
  std::optional<Clock::time_point> acquit_at_;
  // And its batch with it; null if nobody waited for its outcome any more.
  std::shared_ptr<Batch> written_batch_;

  OpenChunks open_;
  std::deque<Case> waiting_;
  // In flight, since then; and its answer.
  std::optional<Case> tried_;
  int packet_id_ = 0;
  Clock::time_point sent_at_;
  std::optional<std::uint8_t> answer_;
  std::string reason_string_;
  std::deque<Verdict> verdicts_;
  // What was refused last, or written without an answer to come; its connection lives.
  std::uint64_t refused_topic_ = 0;
  Clock::time_point refused_at_;

  RetryPolicy retry_policy_;
  PropertiesCache properties_;
  std::string topic_;
  std::string payload_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_SESSION_QUARANTINE_H_
