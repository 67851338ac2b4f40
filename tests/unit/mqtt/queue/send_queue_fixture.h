#ifndef DINO_TESTS_UNIT_MQTT_QUEUE_SEND_QUEUE_FIXTURE_H_
#define DINO_TESTS_UNIT_MQTT_QUEUE_SEND_QUEUE_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/mqtt/queue/send_queue.h"
#include "server/mqtt/wire/reason_code.h"
#include "tests/support/mqtt/recording_batch.h"

namespace dino::mqtt {

using testing::RecordingBatch;

// Of a queue whose publications all go their ordinary way.
class NoHomes : public QueueListener {
 public:
  void TopicFree(std::uint32_t /*home*/, std::uint64_t /*topic_hash*/) override { ADD_FAILURE(); }
  void GiveBack(std::uint32_t /*home*/, const Work& /*work*/) override { ADD_FAILURE(); }
  void Confine(const Work& /*work*/) override { ADD_FAILURE(); }
};

// A queue whose packets the test sees and answers.
class SendQueueTest : public ::testing::Test {
 protected:
  // With a connection that is old.
  SendQueueTest() { queue_.Connected(now_ - std::chrono::hours(1), 65535); }

  using BatchPointer = std::shared_ptr<RecordingBatch>;

  BatchPointer Add(const std::string& payload, std::vector<std::string> topics,
                   PublishOptions options = RecordingBatch::Options()) {
    auto batch = RecordingBatch::ForSession(0, payload, std::move(topics), std::move(options));
    Chunk& chunk = batch->chunks().front();
    chunk.keep_alive = batch;
    queue_.Add(chunk);
    return batch;
  }

  void Stop(const BatchPointer& batch, bool unreachable = false) {
    queue_.Stop(batch->chunks().front(), unreachable);
  }

  // Lets the queue send, and returns what it sent, as "topic payload".
  std::vector<std::string> Fill() {
    std::vector<std::string> sent;
    connected_ = queue_.Fill(
        now_, [&](const SendQueue::Outgoing& outgoing, InFlight& entry, std::uint8_t& reason_code) {
          const std::string& topic = outgoing.topic;
          if (lost_) return SendQueue::SendStatus::kConnectionLost;
          if (refused_.count(topic) > 0) {
            reason_code = refused_[topic];
            return SendQueue::SendStatus::kRefused;
          }
          entry.packet_id = ++last_packet_id_;
          packet_ids_[topic] = entry.packet_id;
          sent.push_back(topic + " " + std::string(outgoing.payload));
          return SendQueue::SendStatus::kSent;
        });
    return sent;
  }

  void Acknowledge(const std::string& topic, std::uint8_t reason_code = kSuccess) {
    queue_.Acknowledge(packet_ids_.at(topic), reason_code, now_);
  }

  NoHomes no_homes_;
  const std::shared_ptr<SuspectTopics> suspects_ = std::make_shared<SuspectTopics>();
  SendQueue queue_{0, 4, 1048576, suspects_, no_homes_};
  Clock::time_point now_ = Clock::now();
  bool lost_ = false;
  bool connected_ = true;
  std::map<std::string, std::uint8_t> refused_;
  int last_packet_id_ = 0;
  std::map<std::string, int> packet_ids_;
};

}  // namespace dino::mqtt

#endif  // DINO_TESTS_UNIT_MQTT_QUEUE_SEND_QUEUE_FIXTURE_H_
