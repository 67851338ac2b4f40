#include "tests/simulator/net/wire.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dino::simulator {

void Wire::Establish() {
  established_ = true;
  Notify(End::kClient);
}

void Wire::Refuse() { Fail(End::kClient, ECONNREFUSED); }

std::int64_t Wire::Read(End end, char* data, std::size_t size) {
  Half& half = at(end);
  if (half.unread() > 0) {
    const std::size_t count = std::min(size, half.unread());
    half.arrived.copy(data, count, half.read);
    half.read += count;
    if (half.unread() == 0) {
      half.arrived.clear();
      half.read = 0;
    }
    // There is room for the peer again.
    Notify(Other(end));
    return static_cast<std::int64_t>(count);
  }
  errno = half.error;
  if (half.error != 0) return -1;
  if (half.ended) return 0;
  errno = EAGAIN;
  return -1;
}

std::size_t Wire::RoomFor(End writer) const {
  const std::size_t taken = at(writer).under_way + at(Other(writer)).unread();
  return taken < manner_.room ? manner_.room - taken : 0;
}

std::int64_t Wire::Write(End end, std::string_view bytes) {
  Half& half = at(end);
  errno = half.error;
  if (half.error != 0) return -1;
  std::size_t count = std::min(bytes.size(), RoomFor(end));
  if (count == 0) {
    errno = EAGAIN;
    return -1;
  }
  if (half.cut_at.has_value() && half.written + count >= *half.cut_at) {
    count = static_cast<std::size_t>(*half.cut_at - half.written);
    if (count > 0) Send(end, std::string(bytes.substr(0, count)));
    half.written += count;
    Cut();
    if (count == 0) errno = half.error;
    return count > 0 ? static_cast<std::int64_t>(count) : -1;
  }
  half.written += count;
  bytes = bytes.substr(0, count);
  if (count > 1 && random_.Chance(manner_.split_percent)) {
    const auto first = static_cast<std::size_t>(random_.Below(count - 1)) + 1;
    Send(end, std::string(bytes.substr(0, first)));
    bytes = bytes.substr(first);
  }
  Send(end, std::string(bytes));
  return static_cast<std::int64_t>(count);
}

Time Wire::NextArrival(Half& from) {
  from.last_arrival = std::max(from.last_arrival, timeline_.now() + manner_.latency +
                                                      random_.Within(Duration(0), manner_.jitter));
  return from.last_arrival;
}

void Wire::Send(End from, std::string bytes) {
  Half& half = at(from);
  half.under_way += bytes.size();
  if (half.swallowed) return;
  timeline_.At(NextArrival(half), [self = shared_from_this(), from, bytes = std::move(bytes)] {
    self->at(from).under_way -= bytes.size();
    self->Arrive(Other(from), bytes);
  });
}

void Wire::Arrive(End to, const std::string& bytes) {
  Half& half = at(to);
  if (half.error != 0 || at(Other(to)).swallowed) return;
  if (half.closed) {
    // What comes to a socket that nobody has is answered by a reset.
    timeline_.After(manner_.latency,
                    [self = shared_from_this(), to] { self->Fail(Other(to), ECONNRESET); });
    return;
  }
  half.arrived += bytes;
  Notify(to);
}

bool Wire::readable(End end) const {
  const Half& half = at(end);
  return half.error != 0 || (established_ && (half.unread() > 0 || half.ended));
}

bool Wire::writable(End end) const {
  return at(end).error != 0 || (established_ && RoomFor(end) > 0);
}

void Wire::Close(End end) {
  Half& half = at(end);
  if (half.closed) return;
  // As a kernel does it: who closes without having read all says so by a reset.
  if (half.unread() > 0 && half.error == 0) return Reset(end);
  half.closed = true;
  if (half.error != 0 || half.swallowed) return;
  timeline_.At(NextArrival(half), [self = shared_from_this(), end] {
    self->at(Other(end)).ended = true;
    self->Notify(Other(end));
  });
}

void Wire::Reset(End end) {
  Half& half = at(end);
  if (half.closed) return;
  half.closed = true;
  if (half.error != 0 || half.swallowed) return;
  const bool overtakes = random_.Chance(50);
  const Time when = overtakes ? timeline_.now() + manner_.latency : NextArrival(half);
  timeline_.At(when, [self = shared_from_this(), end] { self->Fail(Other(end), ECONNRESET); });
}

void Wire::Cut() {
  Fail(End::kClient, ECONNRESET);
  timeline_.After(random_.Within(Duration(0), manner_.latency),
                  [self = shared_from_this()] { self->Fail(End::kBroker, ECONNRESET); });
}

void Wire::CutAfter(End writer, std::uint64_t bytes) {
  at(writer).cut_at = at(writer).written + bytes;
}

void Wire::DoNotCut() {
  for (Half& half : halves_) half.cut_at.reset();
}

void Wire::Fail(End end, int error) {
  Half& half = at(end);
  if (half.error != 0) return;
  half.error = error;
  Notify(end);
}

void Wire::Notify(End end) {
  const Half& half = at(end);
  if (!half.closed && half.on_change) half.on_change();
}

}  // namespace dino::simulator
