#ifndef DINO_TESTS_SYSTEM_ATTACKED_BRIDGE_H_
#define DINO_TESTS_SYSTEM_ATTACKED_BRIDGE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/http2/http2_peer.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/file_descriptor.h"
#include "tests/support/process/memory_cgroup.h"
#include "tests/support/process/temporary_directory.h"
#include "tests/system/bridge_process.h"
#include "tests/system/haproxy.h"

namespace dino::testing {

// What keeps strangers out.
enum class Posture {
  kKeys,       // Nothing but API keys.
  kMutualTls,  // Certificates, too.
  kProxy,      // haproxy, which asks for certificates.
};

inline constexpr char kGoodKey[] = "test-key-of-the-good-callers";
inline constexpr char kHostileKey[] = "test-key-of-the-hostile-one";

// A bridge that may take no more memory than docs/deployment.md says, and the ways in: for good
// callers, for strangers and for a hostile caller, who has a key and what else it takes.
class AttackedBridge {
 public:
  static constexpr std::size_t kConnections = 200;

  explicit AttackedBridge(Posture posture);

  BridgeProcess& bridge() { return *bridge_; }

  // Of a good caller, with a connection of its own.
  std::shared_ptr<grpc::Channel> NewChannel();
  // From another address than that of the good callers. Thread-safe.
  std::unique_ptr<Http2Peer> NewStranger() const { return NewPeer(strangers_); }
  std::unique_ptr<Http2Peer> NewHostileCaller() const { return NewPeer(hostile_); }
  // From a third address; it is not even a TLS connection.
  FileDescriptor NewSilentConnection() const;

  // What is spent in the attackers' name. Thread-safe.
  std::chrono::milliseconds CpuTimeOfTunnels() const;
  // The memory used at most, and its bound, in words; nothing where it was not limited.
  std::string MemoryUse() const;

 private:
  bool mutual_tls() const { return posture_ == Posture::kMutualTls; }
  bool proxy() const { return posture_ == Posture::kProxy; }
  std::vector<std::string> Flags();
  std::shared_ptr<grpc::ChannelCredentials> Credentials();
  std::unique_ptr<Http2Peer> NewPeer(const std::optional<TlsTunnel>& tunnel) const;

  const Posture posture_;
  CertificateAuthority authority_;
  const CertificateFiles client_ = authority_.Issue("DNS:good");
  const TemporaryDirectory directory_;
  const MosquittoBroker broker_;
  std::optional<MemoryCgroup> cgroup_;
  std::optional<BridgeProcess> bridge_;
  std::optional<Haproxy> haproxy_;
  std::optional<TlsTunnel> strangers_;
  std::optional<TlsTunnel> hostile_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_ATTACKED_BRIDGE_H_
