#include "server/mqtt/link/epoll_poller.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace dino::mqtt {
namespace {

epoll_event EventFor(std::uint32_t events, SocketHandler* handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  return event;
}

}  // namespace

EpollPoller::EpollPoller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event = EventFor(EPOLLIN, nullptr);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
}

EpollPoller::~EpollPoller() {
  close(wake_);
  close(epoll_);
}

bool EpollPoller::Add(int fd, std::uint32_t events, SocketHandler& handler) {
  epoll_event event = EventFor(events, &handler);
  return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

void EpollPoller::Modify(int fd, std::uint32_t events, SocketHandler& handler) {
  epoll_event event = EventFor(events, &handler);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
  for (Told& told : again_) {
    if (told.fd == fd) told.handler = &handler;
  }
}

void EpollPoller::Remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  again_.erase(std::remove_if(again_.begin(), again_.end(),
                              [fd](const Told& told) { return told.fd == fd; }),
               again_.end());
}

void EpollPoller::TellAgain(int fd, SocketHandler& handler) {
  const auto is_it = [fd](const Told& told) { return told.fd == fd; };
  if (std::none_of(again_.begin(), again_.end(), is_it)) again_.push_back({fd, &handler});
}

void EpollPoller::Wake() {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the loop wakes up anyway.
  if (write(wake_, &one, sizeof(one)) < 0) return;
}

void EpollPoller::ClearWake() {
  std::uint64_t count = 0;
  if (read(wake_, &count, sizeof(count)) < 0) return;
}

void EpollPoller::Wait(Clock::time_point until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  const auto most = again_.empty() ? 60000 : 0;
  const auto timeout = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, most);
  std::swap(again_, telling_);
  const int count = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                               static_cast<int>(timeout));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_.at(static_cast<std::size_t>(i));
    if (event.data.ptr == nullptr) {
      ClearWake();
    } else {
      static_cast<SocketHandler*>(event.data.ptr)->OnSocket(event.events);
    }
  }
  for (const Told& told : telling_) told.handler->OnSocket(EPOLLIN);
  telling_.clear();
}

}  // namespace dino::mqtt
