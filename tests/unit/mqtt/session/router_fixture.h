#ifndef DINO_TESTS_UNIT_MQTT_SESSION_ROUTER_FIXTURE_H_
#define DINO_TESTS_UNIT_MQTT_SESSION_ROUTER_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/session/guest_home.h"
#include "server/mqtt/session/newcomers.h"
#include "server/mqtt/session/router.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {

// Routers and queues of several sessions, without connections: the test says who is connected, what
// brokers answer, how time passes and when messages between sessions arrive. Session n has broker n
// modulo the number of brokers.
class RouterWorld : private Peers {
 public:
  RouterWorld(std::uint32_t sessions, std::uint32_t brokers) : brokers_(brokers) {
    serving_.resize(sessions);
    for (std::uint32_t i = 0; i < sessions; ++i) {
      nodes_.push_back(std::make_unique<Node>(i, *this));
    }
  }
  ~RouterWorld() override {
    for (const auto& node : nodes_) {
      node->router.Close();
      if (node->guests != nullptr) node->guests->Close();
    }
    DeliverAll();
  }

  Clock::time_point now() const { return now_; }
  std::uint32_t session_count() const { return static_cast<std::uint32_t>(nodes_.size()); }

  std::shared_ptr<testing::RecordingBatch> Publish(
      std::uint32_t home, const std::string& payload, std::vector<std::string> topics,
      mqtt::PublishOptions options = testing::RecordingBatch::Options()) {
    auto batch =
        testing::RecordingBatch::ForSession(home, payload, std::move(topics), std::move(options));
    batch->chunks().front().keep_alive = batch;
    nodes_[home]->router.Add(batch->chunks().front());
    return batch;
  }

  void Stop(const std::shared_ptr<testing::RecordingBatch>& batch) {
    batch->RequestStop();
    for (const auto& node : nodes_) {
      node->queue.StopBatch(*batch, !node->connected);
      if (node->guests != nullptr) node->guests->Stop(*batch);
    }
  }

  // Brokers have come, to which all users of the session belong, or none.
  void HandOver(std::uint32_t session, bool all) {
    Node& node = *nodes_[session];
    if (node.guests == nullptr) {
      Peers& peers = *this;
      node.guests = std::make_unique<GuestHome>(session, Router::Options(), peers);
    }
    const auto map = std::make_shared<const BrokerMap>(std::vector<std::string>{"one"});
    node.router.HandOver(Newcomers(map, /*first=*/all ? 0 : 1), node.guests->router());
  }

  void Connect(std::uint32_t session) { Connected(session, 64).router.Usable(now_); }
  // To a broker that was left: with it the session tries whether that answers now.
  void Try(std::uint32_t session) { Connected(session, 1).router.Try(now_); }
  // It does.
  void TakeBack(std::uint32_t session) {
    nodes_[session]->queue.LimitWindow(64);
    nodes_[session]->router.Usable(now_);
  }
  void Lose(std::uint32_t session) {
    Node& node = *nodes_[session];
    node.connected = false;
    node.in_flight.clear();
    node.queue.ConnectionLost(now_, /*by_broker=*/false);
    node.router.Unusable(now_, Router::Urgency::kLater);
  }
  bool connected(std::uint32_t session) const { return nodes_[session]->connected; }

  // The broker answers what is in flight for the topic.
  void Answer(std::uint32_t session, const std::string& topic,
              std::uint8_t reason_code = kSuccess) {
    Node& node = *nodes_[session];
    const int packet_id = node.in_flight.at(topic);
    node.in_flight.erase(topic);
    node.queue.Acknowledge(packet_id, reason_code, now_);
  }
  const std::map<std::string, int>& in_flight(std::uint32_t session) const {
    return nodes_[session]->in_flight;
  }

  void Pass(Clock::duration duration) {
    now_ += duration;
    time_.Set(now_);
  }

  // What a session does in a turn of its loop; returns what it sends, as "topic payload".
  std::vector<std::string> Turn(std::uint32_t session) {
    Node& node = *nodes_[session];
    node.queue.Expire(now_, !node.connected);
    const Router::Move move = node.router.Advance(now_);
    if (move != Router::Move::kNone) node.moves.push_back(move);
    std::vector<std::string> sent;
    if (node.connected && node.router.may_send()) sent = Send(node);
    if (node.guests != nullptr) node.guests->Advance(now_);
    return sent;
  }
  // All sessions in turn, and their messages, until nothing more comes.
  void Settle() {
    for (int i = 0; i < 10; ++i) {
      for (std::uint32_t session = 0; session < session_count(); ++session) {
        for (std::string& sent : Turn(session)) sent_.emplace_back(session, std::move(sent));
      }
      DeliverAll();
    }
  }
  // What was sent by `Settle`, and by whom.
  std::vector<std::pair<std::uint32_t, std::string>> Sent() { return std::exchange(sent_, {}); }

  // Messages under way, by sender and receiver; each pair's arrive in order.
  std::size_t channel_count() const { return messages_.size(); }
  void DeliverOne(std::size_t channel) {
    const auto at = std::next(messages_.begin(), static_cast<std::ptrdiff_t>(channel));
    const std::function<void()> message = std::move(at->second.front());
    at->second.pop_front();
    if (at->second.empty()) messages_.erase(at);
    message();
  }
  void DeliverAll() {
    while (!messages_.empty()) DeliverOne(0);
  }
  // Only those to one session.
  void DeliverTo(std::uint32_t session) {
    const auto is_to = [session](const auto& channel) { return channel.first.second == session; };
    auto channel = messages_.begin();
    while ((channel = std::find_if(messages_.begin(), messages_.end(), is_to)) != messages_.end()) {
      DeliverOne(static_cast<std::size_t>(std::distance(messages_.begin(), channel)));
    }
  }

  // From here on what the session wants to confine is kept, until it is given back.
  void MayConfine() { may_confine_ = true; }
  bool confines() const { return !confined_.empty(); }
  void GiveConfinedBack(std::uint32_t session) {
    nodes_[session]->router.ConfinedBack(std::exchange(confined_, {}));
  }

  std::vector<Router::Move> Moves(std::uint32_t session) {
    return std::exchange(nodes_[session]->moves, {});
  }
  bool serving(std::uint32_t session) const { return serving_[session]; }

  void SetServing(std::uint32_t self, bool serving) override {
    if (!IsGuest(self)) serving_[self] = serving;
  }
  void Joined(std::uint32_t /*self*/) override {}
  bool OtherBrokerServes(std::uint32_t /*self*/) const override { return true; }
  bool SameBroker(std::uint32_t a, std::uint32_t b) const override {
    return !IsGuest(a) && !IsGuest(b) && a % brokers_ == b % brokers_;
  }

 private:
  struct Node {
    Node(std::uint32_t number, RouterWorld& world)
        : queue(number, 64, 1048576, std::make_shared<SuspectTopics>(), router),
          router(number, {}, world, queue) {}

    SendQueue queue;
    Router router;
    bool connected = false;
    std::unique_ptr<GuestHome> guests;
    std::map<std::string, int> in_flight;
    std::vector<Router::Move> moves;
  };

  Node& Connected(std::uint32_t session, std::size_t window) {
    Node& node = *nodes_[session];
    node.connected = true;
    node.queue.Connected(now_, window);
    return node;
  }

  std::vector<std::string> Send(Node& node) {
    std::vector<std::string> sent;
    node.queue.Fill(now_, [&](const SendQueue::Outgoing& outgoing, InFlight& entry, std::uint8_t&) {
      entry.packet_id = ++last_packet_id_;
      node.in_flight[outgoing.topic] = entry.packet_id;
      sent.push_back(outgoing.topic + " " + std::string(outgoing.payload));
      return SendQueue::SendStatus::kSent;
    });
    return sent;
  }
  Router& RouterOf(std::uint32_t home) {
    Node& node = *nodes_[SessionOf(home)];
    return IsGuest(home) ? node.guests->router() : node.router;
  }

  Standbys StandbysOf(std::uint32_t self) override {
    for (const bool same : {true, false}) {
      for (std::uint32_t i = IsGuest(self) ? 0 : 1; i < session_count(); ++i) {
        const std::uint32_t other = (SessionOf(self) + i) % session_count();
        if (serving_[other] && SameBroker(self, other) == same) return Standbys(other);
      }
    }
    return {};
  }
  void Send(std::uint32_t from, std::uint32_t to, std::function<void(Router&)> what) {
    messages_[{from, to}].emplace_back([this, to, what = std::move(what)] { what(RouterOf(to)); });
  }
  void Forward(std::uint32_t standby, std::uint32_t home, Work work) override {
    Send(home, standby, [home, work](Router& router) { router.Forwarded(home, work); });
  }
  void Recall(std::uint32_t standby, std::uint32_t home) override {
    Send(home, standby, [home](Router& router) { router.Recall(home); });
  }
  void AskForOpen(std::uint32_t standby, std::uint32_t home, TopicKey topic,
                  std::uint64_t trial) override {
    Send(home, standby, [home, topic, trial](Router& router) { router.Asked(home, topic, trial); });
  }
  void TellOpen(std::uint32_t home, std::uint32_t standby, std::uint64_t trial,
                bool open) override {
    Send(standby, home,
         [standby, trial, open](Router& router) { router.Told(standby, trial, open); });
  }
  void StandbyLost(std::uint32_t home, std::uint32_t standby) override {
    Send(standby, home, [standby](Router& router) { router.StandbyLost(standby); });
  }
  void Recalled(std::uint32_t home, std::uint32_t standby, RecalledWork recalled) override {
    Send(standby, home,
         [standby, recalled](Router& router) { router.Recalled(standby, recalled); });
  }
  void TopicFree(std::uint32_t home, std::uint32_t standby, std::uint64_t topic_hash) override {
    Send(standby, home,
         [standby, topic_hash](Router& router) { router.TopicFreeAt(standby, topic_hash); });
  }
  void GiveBack(std::uint32_t home, std::uint32_t standby, Work work) override {
    Send(standby, home, [work](Router& router) { router.GivenBack(work); });
  }

  void Confine(std::uint32_t /*owner*/, Work work) override {
    EXPECT_TRUE(may_confine_) << "nothing is to be confined here";
    confined_ = std::move(work);
  }
  void ConfinedFree(std::uint32_t /*owner*/, std::uint64_t /*topic_hash*/) override {}
  void ConfinedBack(std::uint32_t /*owner*/, Work /*work*/) override {}

  const std::uint32_t brokers_;
  Clock::time_point now_ = Clock::now();
  SimulatedTime time_{now_};
  std::vector<bool> serving_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<std::function<void()>>> messages_;
  std::vector<std::pair<std::uint32_t, std::string>> sent_;
  bool may_confine_ = false;
  Work confined_;
  int last_packet_id_ = 0;
};

// Sessions 0 and 3 have one broker, 1 and 2 have one each.
class RouterTest : public ::testing::Test {
 protected:
  void ConnectAll() {
    for (std::uint32_t session = 0; session < 3; ++session) world_.Connect(session);
    world_.Pass(kStable);
    world_.Settle();
  }

  // Session 0 loses its connection, and has no other in time.
  void MoveAway() {
    world_.Lose(0);
    world_.Pass(std::chrono::seconds(5));
    world_.Settle();
    ASSERT_THAT(world_.Moves(0), ::testing::ElementsAre(Router::Move::kAway));
  }

  void ComeBack() {
    world_.Connect(0);
    world_.Pass(kStable);
    world_.Settle();
  }

  RouterWorld world_{4, 3};
};

}  // namespace dino::mqtt

#endif  // DINO_TESTS_UNIT_MQTT_SESSION_ROUTER_FIXTURE_H_
