#include "server/base/repeater.h"

#include <pthread.h>

#include <utility>

namespace dino {

Repeater::Repeater(const char* thread_name, Function function)
    : function_(std::move(function)), thread_([this, thread_name] {
        pthread_setname_np(pthread_self(), thread_name);
        Run();
      }) {}

Repeater::~Repeater() {
  {
    const MutexLock lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void Repeater::Run() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  for (;;) {
    const std::chrono::milliseconds wait = function_();
    MutexLock lock(mutex_);
    const auto stopped = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; };
    if (stopped_.wait_for(lock.native(), wait, stopped)) return;
  }
}

}  // namespace dino
