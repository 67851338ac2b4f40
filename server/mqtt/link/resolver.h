#ifndef DINO_SERVER_MQTT_LINK_RESOLVER_H_
#define DINO_SERVER_MQTT_LINK_RESOLVER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace dino::mqtt {

// Looks up host names on threads of its own, because a look-up blocks for as long as the name
// servers please. One thread per name at a time: callers who ask for a name that is being
// looked up get that answer. Thread-safe.
class Resolver {
 public:
  // Numeric addresses, at least one. Those of a kind (IPv4, IPv6) stand together and are sorted,
  // so that name servers that mix them from answer to answer change nothing.
  using Addresses = std::vector<std::string>;
  using Callback = std::function<void(absl::StatusOr<Addresses>)>;
  // NOT_FOUND: there is no such name. UNAVAILABLE: it is not known whether there is.
  using LookUp = std::function<absl::StatusOr<Addresses>(const std::string& host)>;

  // Runs a look-up, so that the caller does not wait for it; throws std::system_error if it cannot.
  using Runner = std::function<void(std::function<void()> look_up)>;

  explicit Resolver(LookUp look_up = AskSystem, Runner run = OnItsOwnThread);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  // Closes, if that has not been done.
  ~Resolver() { Close(); }

  // No callback is called any more once this returns. Does not wait for look-ups under way; their
  // answers are dropped.
  void Close();

  // Calls `done` with the host's addresses: on another thread, or on this one if there is none
  // to be had.
  void Resolve(const std::string& host, Callback done);

  static void OnItsOwnThread(std::function<void()> look_up);

  // Asks the system's resolver, and waits for it.
  static absl::StatusOr<Addresses> AskSystem(const std::string& host);

  // True if `host` is an IPv4 or IPv6 address already.
  static bool IsNumeric(const std::string& host);

 private:
  struct Lookups;
  static void Run(const std::shared_ptr<Lookups>& lookups, const std::string& host);
  static void Answer(Lookups& lookups, const std::string& host,
                     const absl::StatusOr<Addresses>& addresses);

  std::shared_ptr<Lookups> lookups_;
};

}  // namespace dino::mqtt

#endif  // DINO_SERVER_MQTT_LINK_RESOLVER_H_
