#include "tests/support/mqtt/proxy_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/mqtt/fake_broker.h"
#include "tests/support/mqtt/fault_proxy.h"
#include "tests/support/mqtt/mqtt_packet.h"
#include "tests/support/mqtt/proxy_client.h"

namespace dino::testing {
namespace {

using ::testing::ElementsAre;

// Writes down what it is told.
class Notes final : public ProxyObserver {
 public:
  void OnPublish(std::uint64_t connection, const Publish& publication) override {
    lines_.push_back(absl::StrCat(Name(connection), " carries ", publication.payload));
  }
  void OnAnswer(const Publish& publication, std::uint8_t reason_code) override {
    lines_.push_back(absl::StrCat(publication.payload, " is answered ", reason_code));
  }
  void OnEnd(std::uint64_t connection) override {
    lines_.push_back(absl::StrCat(Name(connection), " ends"));
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  // The first connection's number is 1, and so on.
  std::size_t Name(std::uint64_t connection) {
    return names_.try_emplace(connection, names_.size() + 1).first->second;
  }

  std::map<std::uint64_t, std::size_t> names_;
  std::vector<std::string> lines_;
};

TEST(ProxyObserverTest, IsToldWhatPasses) {
  FakeBroker broker;
  Notes notes;
  FaultProxy proxy(broker.port(), 1, &notes);
  ProxyClient client(proxy);
  FakeConnection connection = broker.Accept();
  client.Send(kConnect + PublishBytes('a', 1) + PublishBytes('b', 200));
  for (const PubAck& answer : {PubAck{200, 0x87}, PubAck{1, 0}, PubAck{1, 0}}) {
    connection.Send(answer);
    client.Receive(Encode(answer).size());
  }
  proxy.ResetConnections();
  const ProxyClient next(proxy);
  FakeConnection other = broker.Accept();
  proxy.ResetConnections();
  EXPECT_THAT(notes.lines(), ElementsAre("1 carries a", "1 carries b", "b is answered 135",
                                         "a is answered 0", "1 ends", "2 ends"));
}

}  // namespace
}  // namespace dino::testing
