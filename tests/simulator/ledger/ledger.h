#ifndef DINO_TESTS_SIMULATOR_LEDGER_LEDGER_H_
#define DINO_TESTS_SIMULATOR_LEDGER_LEDGER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/base/timeline.h"
#include "tests/simulator/base/trace.h"
#include "tests/simulator/broker/packets.h"
#include "tests/simulator/ledger/book.h"
#include "tests/simulator/ledger/violation.h"
#include "tests/simulator/ledger/weather.h"

namespace dino::simulator {

// What a recipient was reported as; the names are the contract's.
enum class Reported : std::uint8_t {
  kPending,
  kAcknowledged,
  kNoSubscriber,
  kRejected,
  kNotSent,
  kUnknown,
};

// Takes down what callers, brokers, subscribers and who listens at the wires see, and compares.
//
// Knows nothing of how the bridge works, only what it promises. The first contradiction is kept.
class Ledger {
 public:
  // `slack`: how late a loop may be.
  Ledger(const Timeline& timeline, Trace& trace, Duration slack, const Weather::Climate& climate)
      : timeline_(timeline), trace_(trace), slack_(slack), weather_(climate) {}

  // Callers.
  int NewEvent(std::uint64_t lane, int place_in_lane);
  // `in_lane`: in its event's lane, if that has one.
  int CallMade(int event, int replica, bool in_lane, Time deadline);
  // `heard`: its caller knows of it.
  void CallAnswered(int call, const std::vector<std::pair<UserId, Reported>>& outcomes,
                    bool heard = true);
  // It ended without anything published.
  void CallRefused(int call);

  // A replica has started anew, without what it knew.
  void Restarted(int replica) {
    restarted_ = replica;
    restarted_at_ = timeline_.now();
  }

  // The publisher's seam.
  int BatchBegan(int event, int replica, int qos, Time deadline, const std::vector<UserId>& users);
  void StopAsked(int batch);
  void Settled(int batch, UserId user, Reported reported, std::uint8_t code);
  void BatchEnded(int batch);

  // Who listens at the bridge's ends of connections.
  int ConnectionOpened(int replica, const std::string& endpoint);
  void Sent(int connection, const Publish& publish, bool waited);
  void AnswerRead(int connection, const PubAck& answer);
  void ConnectionClosed(int connection);

  // A subscriber received an event that had come to its broker by that connection.
  void Delivered(UserId user, int event, int connection);

  // Brokers end connections on publications for that topic from now on, or no longer. `silently`:
  // without a code for the publication that would be taken for an answer to it.
  void PoisonBegan(UserId user, bool silently);
  void PoisonEnded(UserId user) { poison_.erase(user); }
  // A broker has ended a connection on a publication.
  void Killed(UserId user, int event, int connection);

  void Violated(Invariant invariant, const std::string& text);
  const std::optional<Violation>& violation() const { return violation_; }

  Weather& weather() { return weather_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  // How many publications ended as that.
  std::uint64_t ended_as(Reported reported) const {
    const auto it = ended_as_.find(reported);
    return it == ended_as_.end() ? 0 : it->second;
  }
  std::size_t open_batches() const { return open_batches_; }

 private:
  void CheckSending(const ConnectionRecord& connection, const BatchRecord& batch, UserId user,
                    const std::string& what, bool waited);
  void CheckCopies(const std::vector<Copy>& copies, int batch, UserId user,
                   const std::string& what);
  void CheckNamed(const EventRecord& event, const BatchRecord& batch, UserId user,
                  const std::string& what);
  static bool AnyAcknowledged(const EventRecord& event, UserId user);
  void CheckOutcome(int batch, UserId user, Reported reported, std::uint8_t code);
  void CheckRejected(const BatchRecord& batch, const std::vector<Copy>& copies, UserId user,
                     std::uint8_t code);
  void CheckSoon(const BatchRecord& batch, UserId user, Reported reported);
  // What a broker has ended the connection on seems not to be the reason: somebody else was refused
  // something just before.
  void HideKill(ConnectionRecord& wire, UserId refused);
  // An event was in flight when a broker ended a connection.
  void SuspectAll(int replica, int event);
  // How many connections a replica has to a broker beside that one.
  std::ptrdiff_t OthersOpen(const ConnectionRecord& wire) const;
  void CheckPoisoned(const BatchRecord& batch, UserId user, Reported reported);
  bool MustPrecede(const EventRecord& first, const EventRecord& second) const;
  bool ByOtherWays(UserId user, const EventRecord& first, const EventRecord& second,
                   int connection) const;
  bool Calm(UserId user, const EventRecord& first, const EventRecord& second) const;
  // Whether a broker has said so to a replica before its call ended.
  bool Acknowledged(const EventRecord& event, UserId user) const;
  bool LostTrack(const EventRecord& event, UserId user) const;
  std::string Name(int event, UserId user) const;

  const Timeline& timeline_;
  Trace& trace_;
  const Duration slack_;
  Weather weather_;
  std::optional<Violation> violation_;

  std::vector<EventRecord> events_;
  std::vector<CallRecord> calls_;
  std::vector<BatchRecord> batches_;
  std::vector<ConnectionRecord> connections_;
  // By replica and event.
  std::map<std::pair<int, int>, int> latest_batch_;
  std::size_t open_batches_ = 0;
  // What is under way, by replica and user: connection and event.
  std::map<std::pair<int, UserId>, std::vector<std::pair<int, int>>> under_way_;
  // What each user received, each event once.
  std::map<UserId, std::vector<int>> received_;
  struct Poison {
    Time since{};
    bool silently = false;
  };
  std::map<UserId, Poison> poison_;
  // Who was in flight when a broker ended a connection; and who it did so for, by replica and
  // event.
  std::set<UserId> suspects_;
  std::map<std::pair<int, int>, std::set<UserId>> killers_;
  // How many connections a topic has cost each replica that others used, too; how many an event.
  std::map<std::pair<int, UserId>, int> shared_kills_;
  // Who has started anew, and when.
  int restarted_ = 0;
  std::optional<Time> restarted_at_;
  std::map<std::pair<int, UserId>, std::vector<Time>> killed_at_;
  std::map<std::pair<int, std::pair<int, UserId>>, int> kills_;
  std::map<Reported, std::uint64_t> ended_as_;
  std::uint64_t acknowledged_ = 0;
};

// The number that an event's JSON and its topic carry; none if they are not ours.
std::optional<int> EventOf(const std::string& json);
std::string JsonOf(int event, std::size_t padding = 0);
std::optional<UserId> UserOf(const std::string& topic);

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_LEDGER_H_
