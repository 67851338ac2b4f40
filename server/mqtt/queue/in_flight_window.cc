#include "server/mqtt/queue/in_flight_window.h"

#include <algorithm>
#include <utility>

namespace dino::mqtt {

InFlightWindow::InFlightWindow(std::size_t capacity, std::size_t byte_capacity)
    : max_capacity_(capacity), byte_capacity_(byte_capacity), capacity_(capacity) {
  entries_.reserve(capacity);
}

void InFlightWindow::LimitCapacity(std::size_t limit) {
  capacity_ = std::min(max_capacity_, limit);
}

bool InFlightWindow::HasRoom(std::size_t bytes) const {
  if (empty()) return true;
  return size() < capacity_ && bytes_ + bytes <= byte_capacity_ &&
         (entries_.empty() || next_sequence_ - entries_.front().sequence < kMaxSequenceSpan);
}

InFlight& InFlightWindow::Add(Chunk& chunk, std::uint32_t position, std::uint64_t topic_hash,
                              std::size_t bytes, Clock::time_point now) {
  InFlight entry;
  entry.chunk = &chunk;
  entry.home = chunk.session;
  entry.position = position;
  entry.bytes = bytes;
  entry.topic_hash = topic_hash;
  entry.sequence = next_sequence_++;
  entry.sent_at = now;
  bytes_ += bytes;
  entries_.push_back(entry);
  return entries_.back();
}

std::optional<InFlight> InFlightWindow::Remove(int packet_id) {
  // Brokers answer in order as a rule, so the search ends at the first entry.
  const auto found =
      std::find_if(entries_.begin(), entries_.end(),
                   [packet_id](const InFlight& entry) { return entry.packet_id == packet_id; });
  if (found == entries_.end()) return std::nullopt;
  InFlight entry = *found;
  entries_.erase(found);
  bytes_ -= entry.bytes;
  return entry;
}

void InFlightWindow::RemoveLast() {
  bytes_ -= entries_.back().bytes;
  entries_.pop_back();
}

std::vector<InFlight> InFlightWindow::TakeAll() {
  bytes_ = 0;
  std::vector<InFlight> all = std::move(entries_);
  entries_.clear();
  entries_.reserve(max_capacity_);
  return all;
}

void InFlightWindow::Excuse(Clock::duration duration) {
  for (InFlight& entry : entries_) entry.sent_at += duration;
}

std::optional<Clock::time_point> InFlightWindow::OldestSentAt() const {
  if (entries_.empty()) return std::nullopt;
  return entries_.front().sent_at;
}

}  // namespace dino::mqtt
