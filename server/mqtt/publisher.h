#ifndef DINO_SERVER_MQTT_PUBLISHER_H_
#define DINO_SERVER_MQTT_PUBLISHER_H_

#include <cstddef>
#include <memory>

#include "server/mqtt/batch.h"

namespace dino::mqtt {

// Takes batches of publications and sees to it that each one is settled.
//
// This is what fan-out knows of MQTT: the session pool implements it, tests put a fake in
// its place. Thread-safe.
class Publisher {
 public:
  virtual ~Publisher() = default;

  // How many sessions share the work, at least 1. Never changes.
  virtual std::size_t session_count() const = 0;

  // True if at least one session is connected.
  virtual bool connected() const = 0;

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
