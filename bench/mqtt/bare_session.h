#ifndef DINO_BENCH_MQTT_BARE_SESSION_H_
#define DINO_BENCH_MQTT_BARE_SESSION_H_

#include <mosquitto.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace dino::bench {

// What the sessions publish, and where.
struct BareLoad {
  std::string host;
  int port = 1883;
  int sessions = 8;
  int window = 64;
  int users = 8000;
  int payload_bytes = 300;
};

// One MQTT v5 connection of libmosquitto that keeps its in-flight window full and does nothing
// else: no fan-out, no retries, no one-per-topic rule. The service is measured against it.
//
// A lost connection or a refused publication is an error, which ends the run. Belongs to one
// thread; not thread-safe.
class BareSession {
 public:
  // `index` of `load.sessions` decides which users are this session's.
  BareSession(const BareLoad& load, int index);
  BareSession(const BareSession&) = delete;
  BareSession& operator=(const BareSession&) = delete;
  ~BareSession();

  // Connects the socket, blocking, and sends CONNECT.
  absl::Status Connect();

  int fd() const;
  bool wants_write() const;

  // Reads from the socket. Returns how many publications that acknowledged.
  absl::StatusOr<int> Read();

  // Publishes while the window has room, once the broker has accepted the session.
  absl::Status Publish();

  // Writes what did not fit into the socket earlier.
  absl::Status Write();

  // Keep-alive; due once a second.
  absl::Status Tick();

 private:
  struct MosquittoDeleter {
    void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
  };
  struct PropertiesDeleter {
    void operator()(mosquitto_property* list) const { mosquitto_property_free_all(&list); }
  };

  static void OnConnect(mosquitto*, void* self, int code, int, const mosquitto_property* list);
  static void OnPublish(mosquitto*, void* self, int, int code, const mosquitto_property*);

  absl::Status PublishBurst(int count);
  absl::Status PublishOne();
  // Makes the properties of the next event.
  absl::Status RenewProperties();
  void Cork(bool on) const;

  const BareLoad& load_;
  const int index_;
  const std::string payload_;
  std::string topic_;
  std::unique_ptr<mosquitto, MosquittoDeleter> handle_;
  std::unique_ptr<mosquitto_property, PropertiesDeleter> properties_;
  std::uint64_t published_ = 0;
  bool connected_ = false;
  int window_;
  int in_flight_ = 0;
  int acknowledged_ = 0;
  // The code of the broker's first refusal; 0 if none.
  int refusal_ = 0;
};

}  // namespace dino::bench

#endif  // DINO_BENCH_MQTT_BARE_SESSION_H_
