// Connections with TLS to a real mosquitto: what connects, and what is said of what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/mosquitto_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/loopback.h"
#include "tests/support/process/subprocess.h"
#include "tests/unit/mqtt/session/watched_session.h"

namespace dino::mqtt {
namespace {

// The loopback name in a certificate.
constexpr char kLoopbackDnsName[] = "DNS:127.1";

using testing::CertificateAuthority;
using testing::CertificateFiles;
using ::testing::HasSubstr;
using testing::kLoopbackName;
using testing::MosquittoBroker;
using ::testing::StartsWith;
using testing::Subprocess;

MosquittoBroker::Door TlsDoor(const CertificateAuthority& authority,
                              const CertificateFiles& files) {
  return {"allow_anonymous true", "cafile " + authority.certificate(),
          "certfile " + files.certificate, "keyfile " + files.key};
}

MosquittoBroker::Door ClientCertificateDoor(const CertificateAuthority& authority,
                                            const CertificateFiles& files) {
  MosquittoBroker::Door door = TlsDoor(authority, files);
  door.emplace_back("require_certificate true");
  return door;
}

class TlsConnectionTest : public ::testing::Test {
 protected:
  BrokerAccessOptions Trusting(const CertificateAuthority& authority) const {
    BrokerAccessOptions access;
    access.tls.ca = authority.certificate();
    return access;
  }

  BrokerAccessOptions WithCertificate(const CertificateFiles& files) const {
    BrokerAccessOptions access = Trusting(authority_);
    access.tls.certificate = files.certificate;
    access.tls.key = files.key;
    return access;
  }

  CertificateAuthority authority_;
};

TEST_F(TlsConnectionTest, ConnectsByNameAndPublishes) {
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  session.WaitForConnection();
  // More than a socket takes at once.
  session.ExpectPublishes(2000);
}

TEST_F(TlsConnectionTest, ConnectsByAddressAndPublishes) {
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue("IP:127.0.0.1")));
  WatchedSession session("127.0.0.1", broker.port(), Trusting(authority_));
  session.WaitForConnection();
  session.ExpectPublishes();
}

TEST_F(TlsConnectionTest, ConnectsWithAClientCertificate) {
  MosquittoBroker broker(ClientCertificateDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(),
                         WithCertificate(authority_.Issue("DNS:bridge.example")));
  session.WaitForConnection();
  session.ExpectPublishes();
}

TEST_F(TlsConnectionTest, RefusesABrokerOfAnotherAuthority) {
  CertificateAuthority other;
  MosquittoBroker broker(TlsDoor(other, other.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  const SessionChange change = session.Next();
  EXPECT_FALSE(change.connected);
  EXPECT_EQ(change.reason,
            "TLS: the broker's certificate: self-signed certificate in certificate chain");
}

TEST_F(TlsConnectionTest, RefusesABrokerOfAnotherName) {
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue("DNS:other.example")));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  EXPECT_EQ(session.Next().reason, "TLS: the broker's certificate: hostname mismatch");
}

TEST_F(TlsConnectionTest, RefusesABrokerOfAnotherAddress) {
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session("127.0.0.1", broker.port(), Trusting(authority_));
  EXPECT_EQ(session.Next().reason, "TLS: the broker's certificate: IP address mismatch");
}

TEST_F(TlsConnectionTest, RefusesACertificateThatHasEnded) {
  const CertificateFiles ended =
      authority_.Issue(kLoopbackDnsName, CertificateAuthority::Validity::kEndedYesterday);
  MosquittoBroker broker(TlsDoor(authority_, ended));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  const SessionChange change = session.Next();
  EXPECT_EQ(change.reason, "TLS: the broker's certificate: certificate has expired");
  EXPECT_EQ(change.failure, ConnectFailure::kTls);
}

TEST_F(TlsConnectionTest, SaysThatTheBrokerWantsAClientCertificate) {
  MosquittoBroker broker(ClientCertificateDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  session.WaitForReason("TLS: the broker refused: certificate required");
}

TEST_F(TlsConnectionTest, SaysThatTheBrokerDoesNotTakeTheClientCertificate) {
  CertificateAuthority other;
  MosquittoBroker broker(ClientCertificateDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(),
                         WithCertificate(other.Issue("DNS:bridge.example")));
  session.WaitForReason("TLS: the broker refused: unknown ca");
}

TEST_F(TlsConnectionTest, RefusesABrokerThatSpeaksNoNewerTlsThan11) {
  const std::string configuration = authority_.directory() / "openssl.cnf";
  std::ofstream(configuration) << "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                               << "[c]\nMinProtocol = TLSv1.1\nMaxProtocol = TLSv1.1\n"
                               << "CipherString = DEFAULT@SECLEVEL=0\n";
  MosquittoBroker::Door door = TlsDoor(authority_, authority_.Issue(kLoopbackDnsName));
  door.emplace_back("tls_version tlsv1.1");
  door.emplace_back("ciphers DEFAULT@SECLEVEL=0");
  MosquittoBroker broker(door, {"OPENSSL_CONF=" + configuration});
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  EXPECT_EQ(session.Next().reason, "TLS: the broker refused: protocol version");
}

TEST_F(TlsConnectionTest, SaysThatTheBrokerSpeaksNoTls) {
  MosquittoBroker broker;
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  EXPECT_THAT(session.Next().reason, StartsWith("TLS handshake: "));
}

TEST_F(TlsConnectionTest, SaysThatNobodyListens) {
  testing::FakeBroker broker;
  broker.StopListening();
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  EXPECT_THAT(session.Next().reason, HasSubstr("Connection refused"));
}

TEST_F(TlsConnectionTest, GivesUpABrokerThatClosesDuringTheHandshake) {
  testing::FakeBroker broker;
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  broker.Accept().Close();
  EXPECT_THAT(session.Next().reason, StartsWith("TLS handshake: "));
  broker.Accept();
}

TEST_F(TlsConnectionTest, WaitsForASilentBrokerWithoutWork) {
  constexpr std::chrono::milliseconds kWait{400};
  const struct {
    const char* name;
    BrokerAccessOptions access;
  } kCases[] = {{"TLS", Trusting(authority_)}, {"plain", {}}};
  for (const auto& test : kCases) {
    testing::FakeBroker broker;
    WatchedSession session("127.0.0.1", broker.port(), test.access, kWait);
    const testing::FakeConnection silent = broker.Accept();
    const std::clock_t before = std::clock();
    EXPECT_THAT(session.Next().reason, HasSubstr("no CONNACK")) << test.name;
    const std::chrono::duration<double> work(static_cast<double>(std::clock() - before) /
                                             CLOCKS_PER_SEC);
    EXPECT_LT(work, kWait / 8) << test.name;
  }
}

// A server that shows `named` to those who ask for it by name, `unnamed` to those who ask for no
// name, and ends connections that ask for another one.
std::vector<std::string> NamedServer(const testing::LoopbackPort& port,
                                     const CertificateFiles& named,
                                     const CertificateFiles& unnamed) {
  return {"openssl",   "s_server",    "-accept",           port.address(),
          "-rev",      "-cert",       unnamed.certificate, "-key",
          unnamed.key, "-cert2",      named.certificate,   "-key2",
          named.key,   "-servername", kLoopbackName,       "-servername_fatal"};
}

bool IsEstablished(std::string_view line) { return line == "CONNECTION ESTABLISHED"; }

TEST_F(TlsConnectionTest, AsksForTheBrokerByItsName) {
  const testing::LoopbackPort port;
  Subprocess server(
      NamedServer(port, authority_.Issue(kLoopbackDnsName), authority_.Issue("DNS:other.example")));
  WatchedSession session(kLoopbackName, port.number(), Trusting(authority_));
  server.WaitForLine(Subprocess::Output::kStderr, IsEstablished);
}

TEST_F(TlsConnectionTest, AsksForNoNameWhereItHasAnAddress) {
  const testing::LoopbackPort port;
  Subprocess server(
      NamedServer(port, authority_.Issue("DNS:other.example"), authority_.Issue("IP:127.0.0.1")));
  WatchedSession session("127.0.0.1", port.number(), Trusting(authority_));
  server.WaitForLine(Subprocess::Output::kStderr, IsEstablished);
}

TEST_F(TlsConnectionTest, ConnectsAgainAfterTheBrokerWasKilled) {
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  WatchedSession session(kLoopbackName, broker.port(), Trusting(authority_));
  session.WaitForConnection();
  broker.Kill();
  const SessionChange lost = session.Next();
  EXPECT_TRUE(lost.was_connected);
  EXPECT_EQ(lost.reason, "connection closed");
  broker.Start();
  session.WaitForConnection();
  session.ExpectPublishes();
}

TEST_F(TlsConnectionTest, TakesANewClientCertificateAtTheNextAttempt) {
  CertificateAuthority other;
  MosquittoBroker broker(ClientCertificateDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  const CertificateFiles used = other.Issue("DNS:bridge.example");
  WatchedSession session(kLoopbackName, broker.port(), WithCertificate(used));
  session.WaitForReason("unknown ca");

  const CertificateFiles renewed = authority_.Issue("DNS:bridge.example");
  testing::ReplaceFile(used.certificate, renewed.certificate);
  session.WaitForReason("has the key of another certificate");
  testing::ReplaceFile(used.key, renewed.key);
  session.WaitForConnection();
  session.ExpectPublishes();
}

TEST_F(TlsConnectionTest, ABrokenCaFileHarmsNoConnectionThatStands) {
  const std::string ca = authority_.directory() / "used.pem";
  std::filesystem::copy_file(authority_.certificate(), ca);
  MosquittoBroker broker(TlsDoor(authority_, authority_.Issue(kLoopbackDnsName)));
  BrokerAccessOptions access = Trusting(authority_);
  access.tls.ca = ca;
  WatchedSession session(kLoopbackName, broker.port(), access);
  session.WaitForConnection();

  std::filesystem::remove(ca);
  session.ExpectPublishes();
  broker.Kill();
  session.WaitForReason("cannot read " + ca + ": No such file or directory");
  broker.Start();
  std::filesystem::copy_file(authority_.certificate(), ca);
  session.WaitForConnection();
}

}  // namespace
}  // namespace dino::mqtt
