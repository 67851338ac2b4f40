#ifndef DINO_TESTS_SOAK_WITNESS_H_
#define DINO_TESTS_SOAK_WITNESS_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "tests/support/ledger/ledger.h"
#include "tests/support/mqtt/mosquitto_sub.h"
#include "tests/support/process/subprocess.h"

namespace dino::soak {

struct WitnessOptions {
  std::string client_id = "witness";
  // The topics are `dms/{environment}/{user_id}`. Nobody else publishes to them.
  std::string environment = "dev";
};

// Records in a ledger everything that an independent subscriber receives: mosquitto_sub, for the
// topics of all users, with QoS 1 and a session that survives its connections.
//
// It reconnects by itself. Failures are reported as failed tests. Belongs to the thread that
// created it.
class Witness {
 public:
  // Subscribes directly at the broker and waits until it has granted it. The ledger must
  // outlive this object.
  Witness(testing::BrokerAccess broker, testing::Ledger& ledger, WitnessOptions options = {});
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness();

  // Waits until it has received everything that the broker acknowledged before: publishes to the
  // broker itself and waits for that message. False if it does not arrive.
  bool CatchUp() { return CatchUp(broker_); }
  // The same for what another broker of its cluster acknowledged.
  bool CatchUp(const testing::BrokerAccess& broker);

  // Ends the subscription and the session.
  void Leave();

 private:
  void Stop();
  void Read();
  void Take(const std::string& line);
  void TakeMessage(std::string_view line);

  const testing::BrokerAccess broker_;
  const WitnessOptions options_;
  testing::Ledger& ledger_;
  std::size_t probe_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Protected by `mutex_`.
  bool subscribed_ = false;
  std::string last_probe_;

  // The reading thread only.
  bool sent_again_ = false;

  testing::Subprocess process_;
  std::thread reader_;
};

// The caller and the number of the call that published an event, as its text says.
struct EventOrigin {
  std::size_t caller = 0;
  std::uint32_t number = 0;
};

// The text that says so. More may follow after a space.
std::string TextOf(const EventOrigin& origin);

// Reads it from an event JSON. False if there is none.
bool ReadOrigin(std::string_view event_json, EventOrigin& origin);

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_WITNESS_H_
