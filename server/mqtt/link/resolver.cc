#include "server/mqtt/link/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/base/host_port.h"
#include "server/base/mutex.h"

namespace dino::mqtt {
namespace {

absl::Status StatusOf(const std::string& host, int result) {
  const std::string text = absl::StrCat("look up ", host, ": ", gai_strerror(result));
  const bool unknown_name = result == EAI_NONAME || result == EAI_NODATA;
  return unknown_name ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

void SortEachKind(Resolver::Addresses& addresses) {
  const bool ipv6_first = IsIpv6(addresses.front());
  std::sort(addresses.begin(), addresses.end(), [&](const std::string& a, const std::string& b) {
    return std::make_pair(IsIpv6(a) != ipv6_first, a) < std::make_pair(IsIpv6(b) != ipv6_first, b);
  });
}

}  // namespace

absl::StatusOr<Resolver::Addresses> Resolver::AskSystem(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int result = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (result != 0) return StatusOf(host, result);
  Addresses addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) == 0 &&
        std::find(addresses.begin(), addresses.end(), text.data()) == addresses.end()) {
      addresses.emplace_back(text.data());
    }
  }
  freeaddrinfo(list);
  if (addresses.empty()) return absl::NotFoundError(absl::StrCat(host, " has no address"));
  SortEachKind(addresses);
  return addresses;
}

struct Resolver::Lookups {
  Lookups(LookUp function, Runner runner) : look_up(std::move(function)), run(std::move(runner)) {}

  const LookUp look_up;
  const Runner run;
  Mutex mutex;
  bool closed ABSL_GUARDED_BY(mutex) = false;
  absl::flat_hash_map<std::string, std::vector<Callback>> waiting ABSL_GUARDED_BY(mutex);
};

Resolver::Resolver(LookUp look_up, Runner run)
    : lookups_(std::make_shared<Lookups>(std::move(look_up), std::move(run))) {}

void Resolver::OnItsOwnThread(std::function<void()> look_up) {
  std::thread(std::move(look_up)).detach();
}

void Resolver::Close() {
  const MutexLock lock(lookups_->mutex);
  lookups_->closed = true;
  lookups_->waiting.clear();
}

void Resolver::Resolve(const std::string& host, Callback done) {
  {
    const MutexLock lock(lookups_->mutex);
    if (lookups_->closed) return;
    std::vector<Callback>& waiting = lookups_->waiting[host];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;
  }
  try {
    lookups_->run([lookups = lookups_, host] { Run(lookups, host); });
  } catch (const std::system_error& error) {
    Answer(*lookups_, host,
           absl::UnavailableError(absl::StrCat("look up ", host, ": no thread: ", error.what())));
  }
}

void Resolver::Run(const std::shared_ptr<Lookups>& lookups, const std::string& host) {
  Answer(*lookups, host, lookups->look_up(host));
}

void Resolver::Answer(Lookups& lookups, const std::string& host,
                      const absl::StatusOr<Addresses>& addresses) {
  // Called under the lock, so that none is called once the resolver is closed.
  const MutexLock lock(lookups.mutex);
  if (lookups.closed) return;
  const auto waiting = lookups.waiting.extract(host);
  for (const Callback& done : waiting.mapped()) done(addresses);
}

bool Resolver::IsNumeric(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace dino::mqtt
