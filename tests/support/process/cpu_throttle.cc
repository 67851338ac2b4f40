#include "tests/support/process/cpu_throttle.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

namespace dino::testing {

std::chrono::milliseconds CpuTimeOf(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  // The program's name, in parentheses, may contain anything.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::string word;
  // The state, and all other fields before the times.
  for (int field = 3; field <= 13; ++field) fields >> word;
  std::int64_t user = 0;
  std::int64_t system = 0;
  fields >> user >> system;
  return std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
}

CpuThrottle::CpuThrottle(Subprocess& process, Clock::duration run, Clock::duration stop)
    : process_(process), run_(run), stop_(stop), thread_([this] { Run(); }) {}

CpuThrottle::~CpuThrottle() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    end_ = true;
  }
  changed_.notify_all();
  thread_.join();
  process_.Signal(SIGCONT);
}

void CpuThrottle::Run() {
  while (Pause(run_)) {
    process_.Signal(SIGSTOP);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++stops_;
    }
    changed_.notify_all();
    if (!Pause(stop_)) return;
    process_.Signal(SIGCONT);
  }
}

bool CpuThrottle::Pause(Clock::duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  const Clock::time_point until = Clock::now() + duration;
  while (!end_ && Clock::now() < until) changed_.wait_until(lock, until);
  return !end_;
}

void CpuThrottle::WaitForStops(std::size_t count, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return stops_ >= count; })) {
    ADD_FAILURE_AT(where.file, where.line) << "the process was not stopped in time";
  }
}

}  // namespace dino::testing
