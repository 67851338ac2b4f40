// Each fault that operators must learn of, at the running program, and what a real Prometheus with
// the chart's rules makes of it. All at once, each at a bridge of its own, which is a job of its
// own to Prometheus.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mqtt/automatic_broker.h"
#include "tests/support/process/certificate_authority.h"
#include "tests/support/process/files.h"
#include "tests/support/process/process_usage.h"
#include "tests/system/bridge_process.h"
#include "tests/system/faulty_bridge.h"
#include "tests/system/log_record.h"
#include "tests/system/prometheus_process.h"
#include "tests/system/steady_load.h"
#include "tests/system/tls_caller.h"

namespace dino::testing {
namespace {

using ::testing::IsEmpty;

// The SHA-256 of the key that `SteadyLoad` has.
constexpr char kDigestOfChat[] = "0076cf935355aa659e165c8526ca15de9440271c04001070e268dd8bd7eb3eb1";

// Whether Prometheus takes the chart's times, and what names a fault must come in time; else it is
// hastened, and how soon is only printed.
bool InRealTime() {
  return std::getenv("DINO_ALERTS_IN_REAL_TIME") != nullptr;  // NOLINT(concurrency-mt-unsafe)
}
int Haste() { return InRealTime() ? 1 : 20; }

constexpr std::chrono::minutes kMostUntilAlert(2);
// From when the bridge can know.
constexpr std::chrono::seconds kMostUntilBanner(5);
constexpr int kMostLinesAMinute = 3;

// What pages beside the cause: how much it costs.
bool IsSymptom(const std::string& alert) {
  return alert == "DinoBridgeRecipientsFailFast" || alert == "DinoBridgeEventsFailFast";
}

class AlertsTest : public ::testing::Test {
 protected:
  using Flags = std::vector<std::string>;

  AutomaticBroker& NewBroker() { return *brokers_.emplace_back(new AutomaticBroker); }

  // What makes the fault of a bridge that runs.
  using SpoilFunction = std::function<void(BridgeProcess&)>;

  // A bridge that calls come to. Waits until the banner of its status page names the fault.
  void Add(
      const std::string& name, const std::string& alert, const std::string& severity,
      const std::string& brokers, Flags flags, SteadyLoad::Kind load,
      const SpoilFunction& spoil = [](BridgeProcess&) {},
      const std::shared_ptr<grpc::ChannelCredentials>& credentials =
          grpc::InsecureChannelCredentials()) {
    for (const char* flag : {"--mqtt-sessions=2", "--mqtt-failover-after=200ms"}) {
      flags.emplace_back(flag);
    }
    auto bridge =
        std::make_unique<BridgeProcess>(brokers, flags, Flags(), Where::Here(), credentials);
    const Clock::time_point begin = Clock::now();
    spoil(*bridge);
    auto calls = std::make_unique<SteadyLoad>(*bridge, load);
    calls->Start();
    faults_.push_back({name, alert, severity, std::move(bridge), std::move(calls)});
    if (!alert.empty()) ExpectSoonInTheBanner(faults_.back(), begin);
  }
  void AddPage(const std::string& name, const std::string& alert, const std::string& brokers,
               const Flags& flags = {}, SteadyLoad::Kind load = SteadyLoad::Kind::kMessages) {
    Add(name, alert, "page", brokers, flags, load);
  }
  void AddTicket(const std::string& name, const std::string& alert, const std::string& brokers,
                 const Flags& flags, SteadyLoad::Kind load) {
    Add(name, alert, "ticket", brokers, flags, load);
  }

  // Faults of the brokers.
  void AddBrokerFaults();
  void AddExpiringCertificate(const AutomaticBroker& broker);
  // Faults of callers, and of the bridge itself.
  void AddOtherFaults();

  bool AllFired(PrometheusProcess& prometheus) const {
    for (const FaultyBridge& fault : faults_) {
      const auto& fired = prometheus.fired(fault.name);
      if (!fault.alert.empty() && fired.find(fault.alert) == fired.end()) return false;
    }
    return true;
  }
  // Waits until each fault's alert has fired, and says when.
  void ExpectEachAlert(PrometheusProcess& prometheus, Clock::time_point begin) const;
  void ExpectNothingElse(PrometheusProcess& prometheus) const;
  static void ExpectSoonInTheBanner(const FaultyBridge& fault, Clock::time_point begin);
  // The status page's banner has a problem of that kind, or none in good weather.
  void ExpectEachInTheBanner() const;
  void ExpectShortLogs(Clock::duration time);

  std::map<std::string, std::string> Targets() const {
    std::map<std::string, std::string> targets;
    for (const FaultyBridge& fault : faults_) targets[fault.name] = fault.bridge->ops_address();
    return targets;
  }

  CertificateAuthority authority_;
  const LoopbackPort nobody_;
  std::vector<std::unique_ptr<AutomaticBroker>> brokers_;
  const std::string keys_ = WriteFile(
      authority_.directory(), "keys.json",
      std::string(R"({"callers": [{"name": "chat", "events_per_second": 1, "sha256": [")") +
          kDigestOfChat + R"("]}]})");
  std::vector<FaultyBridge> faults_;
};

void AlertsTest::AddBrokerFaults() {
  AddPage("broker-down", "DinoBridgeBrokerDown", nobody_.address());
  AddPage("one-of-two-down", "DinoBridgeBrokerDown",
          NewBroker().address() + "," + nobody_.address());

  AutomaticBroker& refusing = NewBroker();
  // What is refused before a connection's first acknowledgement is tried again for a while.
  auto acknowledged = std::make_shared<int>(0);
  refusing.AnswerWith([acknowledged](const Publish& /*publish*/) -> std::uint8_t {
    return ++*acknowledged > 10 ? 0x87 : 0x00;
  });
  AddPage("all-refused", "DinoBridgeAllRefused", refusing.address());

  AutomaticBroker& picky = NewBroker();
  picky.AnswerWith([](const Publish& publish) -> std::uint8_t {
    return publish.topic == "dms/dev/1" ? 0x87 : 0x00;
  });
  AddTicket("one-topic-refused", "DinoBridgeTopicsRefused", picky.address(), {},
            SteadyLoad::Kind::kBatches);

  AutomaticBroker& silent = NewBroker();
  silent.HoldAcks();
  AddPage("never-acknowledges", "DinoBridgeBrokerLeft", silent.address(),
          {"--mqtt-ack-timeout=300ms"});

  AutomaticBroker& suspicious = NewBroker();
  ConnAck bad_login;
  bad_login.reason_code = 0x86;
  suspicious.GreetWith(bad_login);
  AddPage("wrong-password", "DinoBridgeBrokerRefusesLogin", suspicious.address());

  AddPage("name-unknown", "DinoBridgeBrokerNameUnknown", "broker.invalid.:1883");
}

// The certificate was good when the bridge started.
void AlertsTest::AddExpiringCertificate(const AutomaticBroker& broker) {
  const CertificateFiles files = authority_.Issue("IP:127.0.0.1");
  const CertificateFiles ended =
      authority_.Issue("IP:127.0.0.1", CertificateAuthority::Validity::kEndedYesterday);
  Add(
      "certificate-expired", "DinoBridgeCertificateExpired", "page", broker.address(),
      {"--tls-cert-file=" + files.certificate, "--tls-key-file=" + files.key},
      SteadyLoad::Kind::kMessages,
      [&](BridgeProcess& /*bridge*/) {
        ReplaceFile(files.key, ended.key);
        ReplaceFile(files.certificate, ended.certificate);
      },
      TlsChannel(authority_));
}

void AlertsTest::AddOtherFaults() {
  AutomaticBroker& broker = NewBroker();
  AddExpiringCertificate(broker);
  AddTicket("wrong-key", "DinoBridgeUnknownCaller", broker.address(), {"--auth-keys-file=" + keys_},
            SteadyLoad::Kind::kWithoutKey);
  AddTicket("over-quota", "DinoBridgeCallerOverQuota", broker.address(),
            {"--auth-keys-file=" + keys_}, SteadyLoad::Kind::kWithKey);

  AutomaticBroker& slow = NewBroker();
  slow.HoldAcks();
  AddPage("memory-bound-reached", "DinoBridgeOverloaded", slow.address(),
          {"--mqtt-ack-timeout=300s", "--default-deadline=300s", "--max-recipients=10",
           "--max-pending-publications=20"},
          SteadyLoad::Kind::kStream);

  Add("descriptors-gone", "DinoBridgeDescriptorsGone", "page", broker.address(), {},
      SteadyLoad::Kind::kConnections, [](BridgeProcess& crowded) {
        // Callers find none; operators do.
        rlimit limit{};
        limit.rlim_cur = UsageOf(crowded.pid()).file_descriptors + 60;
        limit.rlim_max = 1024;
        ASSERT_EQ(prlimit(crowded.pid(), RLIMIT_NOFILE, &limit, nullptr), 0);
      });

  Add("good-weather", "", "", broker.address(), {}, SteadyLoad::Kind::kMessages);
}

void AlertsTest::ExpectEachAlert(PrometheusProcess& prometheus, Clock::time_point begin) const {
  const Clock::time_point deadline = begin + (InRealTime() ? kMostUntilAlert : 2 * kPatience);
  std::set<std::string> named;
  while (!AllFired(prometheus) && prometheus.WaitForAlerts(deadline)) {
    for (const FaultyBridge& fault : faults_) {
      if (prometheus.fired(fault.name).count(fault.alert) == 0) continue;
      if (!named.insert(fault.name).second) continue;
      std::cout << fault.name << ": " << fault.alert << " after "
                << (Clock::now() - begin) / std::chrono::seconds(1) << " s\n";
    }
  }
  for (const FaultyBridge& fault : faults_) {
    if (fault.alert.empty()) continue;
    EXPECT_EQ(prometheus.fired(fault.name).count(fault.alert), 1U)
        << fault.name << " has no alert " << fault.alert;
  }
}

void AlertsTest::ExpectNothingElse(PrometheusProcess& prometheus) const {
  for (const FaultyBridge& fault : faults_) {
    for (const auto& [alert, severity] : prometheus.fired(fault.name)) {
      if (alert == fault.alert) {
        EXPECT_EQ(severity, fault.severity) << fault.name;
      } else if (severity == "page") {
        EXPECT_TRUE(fault.severity == "page" && IsSymptom(alert)) << fault.name << ": " << alert;
      }
    }
  }
}

void AlertsTest::ExpectSoonInTheBanner(const FaultyBridge& fault, Clock::time_point begin) {
  while (!fault.IsNamedInTheBanner() && Clock::now() < begin + kPatience) continue;
  const std::chrono::duration<double> time = Clock::now() - begin;
  std::cout << fault.name << ": in the banner after " << time.count() << " s\n";
  EXPECT_LE(time, InRealTime() ? kMostUntilBanner : kPatience) << fault.name;
}

void AlertsTest::ExpectEachInTheBanner() const {
  for (const FaultyBridge& fault : faults_) {
    EXPECT_TRUE(fault.IsNamedInTheBanner()) << fault.name << ": " << fault.Problems();
  }
}

// Beside those of calls, and of what only details tell.
void AlertsTest::ExpectShortLogs(Clock::duration time) {
  const auto most =
      static_cast<std::size_t>(kMostLinesAMinute * (1 + time / std::chrono::minutes(1)));
  for (const FaultyBridge& fault : faults_) {
    fault.bridge->Stop();
    std::vector<std::string> lines;
    for (const std::string& line : fault.bridge->RemainingLog()) {
      const std::string level = LogRecord(line).Text("level");
      if (level != "warning" && level != "error") continue;
      if (LogRecord(line).message() != "call failed") lines.push_back(line);
    }
    EXPECT_LE(lines.size(), most) << fault.name << "\n" << ::testing::PrintToString(lines);
  }
}

TEST_F(AlertsTest, EachFaultIsNamedByAnAlertAndNothingElseIsBlamed) {
  AddBrokerFaults();
  AddOtherFaults();
  PrometheusProcess prometheus(Targets(), Haste());
  const Clock::time_point begin = Clock::now();
  ExpectEachAlert(prometheus, begin);
  // Later a broker that is merely slow would be left, too.
  while (prometheus.WaitForAlerts(begin + std::chrono::minutes(4) / Haste())) continue;
  ExpectNothingElse(prometheus);
  ExpectEachInTheBanner();
  while (prometheus.WaitForAlerts(begin + std::chrono::minutes(10) / Haste())) continue;
  EXPECT_THAT(prometheus.fired("good-weather"), IsEmpty());
  for (const FaultyBridge& fault : faults_) fault.load->Stop();
  ExpectShortLogs(Clock::now() - begin);
}

// The durations are those of the chart, and nothing but them.
TEST(HastenRulesTest, DividesEveryDuration) {
  EXPECT_EQ(HastenRules("a[5m] / b[1h]\n  for: 30s\nc > 14.4 * 60 # within 5m\n", 20),
            "a[15000ms] / b[180000ms]\n  for: 1500ms\nc > 14.4 * 60 # within 5m\n");
}

}  // namespace
}  // namespace dino::testing
