#ifndef DINO_SERVER_MQTT_PUBLISHER_H_
#define DINO_SERVER_MQTT_PUBLISHER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Which session is the home of a publication. Immutable.
class Routes {
 public:
  static constexpr std::size_t kBuckets = 4096;
  // `count` entries of the sessions from `first` on, at least one.
  struct Share {
    std::uint32_t first = 0;
    std::uint32_t count = 1;
  };

  // `shares`: whose the route keys are that are alike modulo `kBuckets`.
  Routes(std::size_t session_count, std::vector<std::uint32_t> sessions,
         const std::array<Share, kBuckets>& shares)
      : session_count_(session_count), sessions_(std::move(sessions)), shares_(shares) {}

  // Each session's number is below this.
  std::size_t session_count() const { return session_count_; }

  // The number of the session; see `Batch::RouteKey`.
  std::uint32_t SessionFor(std::uint64_t route_key) const {
    const Share& share = shares_[route_key % kBuckets];
    return sessions_[share.first + route_key / kBuckets % share.count];
  }

 private:
  const std::size_t session_count_;
  const std::vector<std::uint32_t> sessions_;
  const std::array<Share, kBuckets> shares_;
};

// Takes batches of publications and sees to it that each one is settled.
//
// This is what fan-out knows of MQTT: the session pool implements it, tests put a fake in
// its place. Thread-safe.
class Publisher {
 public:
  virtual ~Publisher() = default;

  // By which a batch is split into chunks.
  virtual std::shared_ptr<const Routes> routes() const = 0;

  // True if at least one session is connected.
  virtual bool connected() const = 0;

  // The name of a session's broker, for people; empty if there is none.
  virtual std::string BrokerOf(std::uint32_t /*session*/) const { return {}; }

  // Takes over every chunk of `batch`. Never blocks. Each publication is settled once, at
  // the batch's deadline at the latest, on a thread of the publisher's or on this one.
  virtual void Publish(const std::shared_ptr<Batch>& batch) = 0;

  // Ends `batch` early: nothing more of it is sent, and what is not settled yet is settled
  // soon after as not sent or unknown. Does nothing for a batch that has ended. Never blocks.
  //
  // REQUIRES: `batch` was given to `Publish` before.
  virtual void Stop(const std::shared_ptr<Batch>& batch) = 0;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_PUBLISHER_H_
