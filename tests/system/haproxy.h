#ifndef DINO_TESTS_SYSTEM_HAPROXY_H_
#define DINO_TESTS_SYSTEM_HAPROXY_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/patience.h"
#include "tests/support/process/repository.h"
#include "tests/support/process/subprocess.h"
#include "tests/system/error_details.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {

inline constexpr char kHaproxy[] = "/usr/sbin/haproxy";

// Writes a certificate and its key into one file, as haproxy wants it, and returns its path.
inline std::string JoinedInto(const std::string& path, const CertificateFiles& files) {
  ReplaceContent(path, ContentOf(files.certificate) + ContentOf(files.key));
  return path;
}

// Speaks TLS and names HTTP/2 in the name of peers that speak no TLS: what they send to its port
// comes out at the server inside a TLS connection.
class TlsTunnel {
 public:
  // To `server`, as a peer at 127.0.0.`last`, with this certificate of `authority`, if any.
  TlsTunnel(const CertificateAuthority& authority, const std::string& server, std::uint8_t last,
            const std::optional<CertificateFiles>& certificate)
      : process_({kHaproxy, "-db", "-f", Configuration(authority, server, last, certificate)}) {
    WaitUntilItServes();
  }

  std::uint16_t port() const { return port_.number(); }
  pid_t pid() const { return process_.pid(); }

 private:
  std::string Configuration(const CertificateAuthority& authority, const std::string& server,
                            std::uint8_t last,
                            const std::optional<CertificateFiles>& certificate) const {
    const std::string name = authority.directory() / ("tunnel-" + std::to_string(port()));
    std::ofstream file(name + ".cfg");
    file << "global\n  maxconn 4096\ndefaults\n  timeout connect 5s\n  timeout client 5m\n"
         << "  timeout server 5m\nlisten tunnel\n  mode tcp\n  bind " << port_.address()
         << "\n  server target " << server << " source 127.0.0." << int{last}
         << " ssl verify none alpn h2";
    if (certificate.has_value()) file << " crt " << JoinedInto(name + ".pem", *certificate);
    file << "\n";
    return name + ".cfg";
  }

  void WaitUntilItServes() const {
    const Clock::time_point deadline = Clock::now() + kPatience;
    bool serves = false;
    while (!serves && Clock::now() < deadline) serves = ConnectToLoopback(port()).open();
    EXPECT_TRUE(serves);
  }

  const LoopbackPort port_;
  Subprocess process_;
};

// A haproxy with deploy/haproxy.cfg, which wants callers' certificates, in front of a bridge.
class Haproxy {
 public:
  // `bridge` is the bridge's address.
  explicit Haproxy(const std::string& bridge)
      : proxy_({kHaproxy, "-db", "-f", RepositoryFile("deploy/haproxy.cfg")},
               {"DINO_PROXY_ADDRESS=" + port_.address(), "DINO_GRPC_ADDRESS=" + bridge,
                "DINO_PROXY_CERT_FILE=" + JoinedInto(authority_.directory() / "server.pem",
                                                     authority_.Issue("IP:127.0.0.1")),
                "DINO_PROXY_CLIENT_CA_FILE=" + authority_.certificate()}) {
    WaitUntilItServes();
  }

  CertificateAuthority& authority() { return authority_; }
  std::string address() const { return port_.address(); }
  // With the certificate of DNS:caller.
  TlsCaller NewCaller() const { return {address(), authority_, certificate_}; }
  // With a certificate of that name.
  TlsCaller NewCaller(const std::string& name) {
    return {address(), authority_, authority_.Issue(name)};
  }
  const CertificateFiles& certificate() const { return certificate_; }
  pid_t pid() const { return proxy_.pid(); }

 private:
  void WaitUntilItServes() const {
    grpc::Status status;
    const Clock::time_point deadline = Clock::now() + kPatience;
    do {
      status = NewCaller().Publish();
    } while (status.error_code() == grpc::StatusCode::UNAVAILABLE && Clock::now() < deadline);
    EXPECT_NE(status.error_code(), grpc::StatusCode::UNAVAILABLE) << Describe(status);
  }

  CertificateAuthority authority_;
  const LoopbackPort port_;
  const CertificateFiles certificate_ = authority_.Issue("DNS:caller");
  Subprocess proxy_;
};

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_HAPROXY_H_
