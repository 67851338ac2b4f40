#ifndef DINO_TESTS_SIMULATOR_LEDGER_BOOK_H_
#define DINO_TESTS_SIMULATOR_LEDGER_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulator/base/timeline.h"

namespace dino::simulator {

using UserId = std::int64_t;

// What the ledger writes down.

// A PUBLISH that the bridge has sent, and what became of it.
struct Copy {
  enum class State : std::uint8_t { kOpen, kAnswered, kLost, kWritten };

  int batch = 0;
  int connection = 0;
  Time sent_at{};
  // It waited for room, perhaps since before its batch.
  bool waited = false;
  State state = State::kOpen;
  std::uint8_t code = 0;

  bool acknowledged() const {
    return state == State::kWritten || (state == State::kAnswered && code < 0x80);
  }
};

// A call, from the caller's view.
struct CallRecord {
  int event = 0;
  int replica = 0;
  // In its event's lane, if that has one.
  bool in_lane = false;
  Time made_at{};
  Time deadline{};
  std::optional<Time> answered_at;
};

// A recipient of a batch.
struct RecipientRecord {
  bool settled = false;
  bool acknowledged = false;
  bool unknown = false;
};

// An event on its way through one replica, as the publisher sees it.
struct BatchRecord {
  int event = 0;
  int replica = 0;
  int qos = 1;
  Time began_at{};
  Time deadline{};
  std::optional<Time> stop_at;
  bool ended = false;
  std::map<UserId, RecipientRecord> recipients;
};

// What callers know as one event, however often they call.
struct EventRecord {
  std::uint64_t lane = 0;
  int place_in_lane = 0;
  // Its call in the lane has failed: another call of it may come later.
  bool left_lane = false;
  std::vector<int> calls;
  // By replica and user.
  std::map<std::pair<int, UserId>, std::vector<Copy>> copies;
  std::set<UserId> delivered;
  // Of whose acknowledgement an answer told the caller, and when first.
  std::map<UserId, Time> named;
};

// A connection of the bridge, from its first byte to its end.
struct ConnectionRecord {
  int replica = 0;
  std::string endpoint;
  bool closed = false;
  // For whom it has carried something; and with QoS 0, when last.
  std::set<UserId> users;
  std::map<UserId, Time> written;
  // Whom a broker has refused something last, and when.
  UserId refused = 0;
  Time refused_at{};
  // What a broker has ended it on, unless something hid that.
  struct Kill {
    UserId user = 0;
    int event = 0;
    bool shared = false;
  };
  std::optional<Kill> kill;
  struct Sent {
    int event = 0;
    UserId user = 0;
    std::size_t copy = 0;
  };
  // By packet identifier.
  std::map<std::uint16_t, Sent> open;
};

}  // namespace dino::simulator

#endif  // DINO_TESTS_SIMULATOR_LEDGER_BOOK_H_
