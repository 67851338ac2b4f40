#include "tests/system/attacked_bridge.h"

#include <cstdint>
#include <thread>

#include "tests/support/http2/own_connection.h"
#include "tests/support/process/cpu_throttle.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/system/bridge_program.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {
namespace {

constexpr char kKeys[] = R"({"callers": [
  {"name": "good", "sha256": "c4ca21ab1e8a1d58fd6b4bb7d4d786e32b46d21ca00c2e1bec4916e00dbe7a1e"},
  {"name": "hostile", "sha256": "2b5fc3b761627c2834c54dde74918d8c509394f10c00cbfe53144e0c9dba6e5f"}]})";

constexpr std::size_t kKibibyte = 1024;
constexpr std::size_t kMebibyte = 1048576;
constexpr std::size_t kPendingBytes = 8 * kMebibyte;
constexpr std::size_t kReceivingBytes = 16 * kMebibyte;
constexpr std::size_t kInFlightBytes = 65536;
constexpr std::size_t kSessions = 4;
constexpr std::size_t kIdempotencyMemory = kMebibyte;
constexpr std::size_t kUnreadAnswers = 400;
constexpr std::size_t kWatches = 100;

constexpr std::size_t kRequestBytes = kMebibyte;

// docs/deployment.md, "Memory".
const std::size_t kBound = 25 * kMebibyte + 2 * kPendingBytes + kReceivingBytes +
                           2 * kInFlightBytes * kSessions + kIdempotencyMemory +
                           12 * kKibibyte * (kUnreadAnswers + kWatches) +
                           64 * kKibibyte * AttackedBridge::kConnections +
                           9 * kRequestBytes * std::thread::hardware_concurrency();

// The last byte of the addresses of strangers, and of those that say nothing.
constexpr std::uint8_t kStrangers = 66;
constexpr std::uint8_t kSilent = 77;

}  // namespace

AttackedBridge::AttackedBridge(Posture posture) : posture_(posture) {
  // A sanitizer's memory is not what the formula is about.
  if (!BridgeIsSanitized()) cgroup_.emplace(kBound);
  bridge_.emplace(broker_.address(), Flags(), std::vector<std::string>(), Where::Here(),
                  Credentials());
  if (cgroup_.has_value()) cgroup_->Add(bridge_->pid());
  bridge_->WaitForHealth("", health::HealthCheckResponse::SERVING);
  if (proxy()) haproxy_.emplace(bridge_->address());
  if (posture_ == Posture::kKeys) return;
  CertificateAuthority& authority = proxy() ? haproxy_->authority() : authority_;
  const std::string server = proxy() ? haproxy_->address() : bridge_->address();
  strangers_.emplace(authority, server, kStrangers, std::nullopt);
  hostile_.emplace(authority, server, kStrangers, authority.Issue("DNS:hostile"));
}

std::vector<std::string> AttackedBridge::Flags() {
  const std::string file = directory_.path() / "keys.json";
  ReplaceContent(file, kKeys);
  std::vector<std::string> flags = {"--auth-keys-file=" + file,
                                    "--max-pending-bytes=" + std::to_string(kPendingBytes),
                                    "--max-request-bytes=" + std::to_string(kRequestBytes),
                                    "--max-receiving-bytes=" + std::to_string(kReceivingBytes),
                                    "--mqtt-in-flight-bytes=" + std::to_string(kInFlightBytes),
                                    "--mqtt-sessions=" + std::to_string(kSessions),
                                    "--idempotency-memory=" + std::to_string(kIdempotencyMemory),
                                    "--max-unread-answers=" + std::to_string(kUnreadAnswers),
                                    "--max-watches=" + std::to_string(kWatches),
                                    "--max-connections=" + std::to_string(kConnections)};
  if (mutual_tls()) {
    const CertificateFiles shown = authority_.Issue("IP:127.0.0.1");
    flags.push_back("--tls-cert-file=" + shown.certificate);
    flags.push_back("--tls-key-file=" + shown.key);
    flags.push_back("--tls-client-ca-file=" + authority_.certificate());
  }
  if (proxy()) flags.emplace_back("--trusted-proxies=127.0.0.1");
  return flags;
}

std::shared_ptr<grpc::ChannelCredentials> AttackedBridge::Credentials() {
  return mutual_tls() ? TlsChannel(authority_, client_) : grpc::InsecureChannelCredentials();
}

std::shared_ptr<grpc::Channel> AttackedBridge::NewChannel() {
  if (proxy()) {
    return ChannelWithOwnConnection(haproxy_->address(),
                                    TlsChannel(haproxy_->authority(), haproxy_->certificate()));
  }
  return ChannelWithOwnConnection(bridge_->address(), Credentials());
}

std::unique_ptr<Http2Peer> AttackedBridge::NewPeer(const std::optional<TlsTunnel>& tunnel) const {
  if (tunnel.has_value()) return std::make_unique<Http2Peer>(tunnel->port());
  return std::make_unique<Http2Peer>(ConnectToLoopback(bridge_->port(), kStrangers));
}

FileDescriptor AttackedBridge::NewSilentConnection() const {
  return ConnectToLoopback(PortOf(proxy() ? haproxy_->address() : bridge_->address()), kSilent);
}

std::chrono::milliseconds AttackedBridge::CpuTimeOfTunnels() const {
  if (!strangers_.has_value()) return {};
  return CpuTimeOf(strangers_->pid()) + CpuTimeOf(hostile_->pid());
}

std::string AttackedBridge::MemoryUse() const {
  if (!cgroup_.has_value()) return "";
  return std::to_string(cgroup_->peak() / kKibibyte) + " of " + std::to_string(kBound / kKibibyte) +
         " KiB";
}

}  // namespace dino::testing
