// How a session that is connected sends, and takes answers.
#include <numeric>

#include "server/mqtt/session/session.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {

void Session::OnPubAck(int packet_id, std::uint8_t reason_code, std::string_view reason_string) {
  answers_.emplace_back(packet_id, reason_code);
  if (reason_code < kFirstFailure || reason_string.empty()) return;
  reasons_.try_emplace(packet_id, reason_string);
}

void Session::ProcessAnswers() {
  if (answers_.empty()) return;
  answer_count_ += answers_.size();
  const Clock::time_point now = Clock::now();
  Histogram::Tally latencies(options_.meter->puback);
  BrokerCounts::Tally counts(*options_.counts);
  for (const auto& [packet_id, reason_code] : answers_) {
    const auto reason = reasons_.empty() ? reasons_.end() : reasons_.find(packet_id);
    const auto latency =
        queue_.Acknowledge(packet_id, reason_code, now,
                           reason == reasons_.end() ? std::string_view() : reason->second);
    if (!latency.has_value()) continue;
    latencies.Observe(*latency);
    counts.Answered(reason_code, *latency);
    judge_.Answered(now);
  }
  if (window_limit_.Answered(answers_.size())) queue_.LimitWindow(Window());
  answers_.clear();
  if (!reasons_.empty()) reasons_.clear();
}

void Session::FollowProbe(Clock::time_point now) {
  const bool waits = !router_.may_send() && !router_.wants_trial();
  if (waits || queue_.OldestSentAt().has_value()) judge_.ProbeGoesOn(now);
}

void Session::CountUnsolicited() {
  const auto& by_qos = connection_->unsolicited();
  const std::uint64_t count = std::accumulate(by_qos.begin(), by_qos.end(), std::uint64_t{0});
  if (count == counted_unsolicited_) return;
  options_.counts->unsolicited.fetch_add(count - counted_unsolicited_, std::memory_order_relaxed);
  counted_unsolicited_ = count;
}

void Session::Send() {
  Clock::time_point now;
  // With QoS 0 the answers come while we send, and make room for more: that may take long.
  do {
    now = Clock::now();
    queue_.Expire(now, /*unreachable=*/false);
    if (!Burst(now)) {
      Lost(absl::UnavailableError("connection lost while sending"));
      return;
    }
    if (answers_.empty()) break;
    ProcessAnswers();
  } while (queue_.unsent() > 0);
  // A broker that leaves Nagle's algorithm on holds back its next PUBACKs until then.
  if (queue_.OldestSentAt().has_value()) connection_->AcknowledgeReceived();
}

bool Session::Burst(Clock::time_point now) {
  const auto transmit = [this](const SendQueue::Outgoing& outgoing, InFlight& entry,
                               std::uint8_t& reason_code) {
    return Transmit(outgoing, entry, reason_code);
  };
  if (queue_.unsent() < 2) return queue_.Fill(now, transmit);
  connection_->Cork(true);
  const bool ok = queue_.Fill(now, transmit);
  return connection_->Cork(false) && ok;
}

SendQueue::SendStatus Session::Transmit(const SendQueue::Outgoing& outgoing, InFlight& entry,
                                        std::uint8_t& reason_code) {
  const Batch& batch = outgoing.batch;
  switch (connection_->Publish(outgoing.topic, outgoing.payload, batch.options().qos,
                               properties_.For(batch, entry.sent_at), entry.packet_id)) {
    case Channel::PublishStatus::kSent:
      return SendQueue::SendStatus::kSent;
    case Channel::PublishStatus::kRefused: {
      const Channel::Refusal& refusal = connection_->refusal();
      reason_code = refusal.reason_code;
      entry.chunk->batch->Explain(entry.position, {reason_code, "", refusal.limit, refusal.actual});
      return SendQueue::SendStatus::kRefused;
    }
    case Channel::PublishStatus::kConnectionLost:
      break;
  }
  return SendQueue::SendStatus::kConnectionLost;
}

}  // namespace dino::mqtt
