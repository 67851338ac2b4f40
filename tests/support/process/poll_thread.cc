#include "tests/support/process/poll_thread.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace dino::testing {

PollThread::PollThread(Prepare prepare, Advance advance)
    : prepare_(std::move(prepare)),
      advance_(std::move(advance)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { Loop(); });
}

PollThread::~PollThread() {
  Run([this] { stop_ = true; });
  thread_.join();
}

void PollThread::Run(const std::function<void()>& task) {
  Task entry{task};
  std::unique_lock<std::mutex> lock(mutex_);
  tasks_.push_back(&entry);
  const std::uint64_t one = 1;
  (void)!write(wake_.number(), &one, sizeof(one));
  done_.wait(lock, [&entry] { return entry.done; });
}

void PollThread::Loop() {
  while (!stop_) {
    Wait();
    RunTasks();
    if (!stop_) advance_();
  }
}

void PollThread::Wait() {
  std::vector<pollfd> entries{{wake_.number(), POLLIN, 0}};
  const std::optional<Clock::time_point> next = prepare_(entries);
  int timeout = -1;
  if (next) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now()).count();
    timeout = static_cast<int>(std::max<decltype(left)>(left, 0));
  }
  poll(entries.data(), entries.size(), timeout);
}

void PollThread::RunTasks() {
  std::uint64_t count = 0;
  (void)!read(wake_.number(), &count, sizeof(count));
  std::vector<Task*> tasks;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    tasks.swap(tasks_);
  }
  for (Task* task : tasks) {
    task->work();
    const std::lock_guard<std::mutex> lock(mutex_);
    task->done = true;
    done_.notify_all();
  }
}

}  // namespace dino::testing
