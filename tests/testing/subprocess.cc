#include "tests/testing/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace dino::testing {
namespace {

constexpr int kCannotExecute = 127;

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

Pipe NewPipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    std::perror("pipe2");
    std::abort();
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// This process's environment, with `additions` in place of variables of the same name.
std::vector<std::string> Environment(const std::vector<std::string>& additions) {
  std::vector<std::string> variables = additions;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string entry = *variable;
    const std::string name = entry.substr(0, entry.find('=') + 1);
    const bool replaced = std::any_of(additions.begin(), additions.end(), [&](const auto& added) {
      return added.compare(0, name.size(), name) == 0;
    });
    if (!replaced) variables.push_back(entry);
  }
  return variables;
}

// Runs in the child, between fork and exec: only async-signal-safe calls.
[[noreturn]] void Execute(char* const* command, char* const* environment, int out, int err,
                          pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotExecute);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvpe(command[0], command, environment);
  _exit(kCannotExecute);
}

// Reads once into `queue`. False at the end of the stream.
bool ReadSome(int descriptor, LineQueue& queue) {
  std::array<char, 65536> buffer{};
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  if (size < 0) return errno == EINTR;
  queue.Append({buffer.data(), static_cast<std::size_t>(size)});
  return size > 0;
}

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& command,
                       const std::vector<std::string>& environment)
    : name_(command.at(0)), stop_reading_(eventfd(0, EFD_CLOEXEC)) {
  Start(command, environment);
  reader_ = std::thread([this] { ReadOutput(); });
  waiter_ = std::thread([this] { AwaitEnd(); });
}

Subprocess::~Subprocess() {
  Signal(SIGKILL);
  waiter_.join();
  // A grandchild may hold the pipes open; the reader must not wait for it.
  const std::uint64_t one = 1;
  (void)!write(stop_reading_.number(), &one, sizeof(one));
  reader_.join();
}

void Subprocess::Start(const std::vector<std::string>& command,
                       const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = command;
  std::vector<std::string> variables = Environment(environment);
  const std::vector<char*> argument_pointers = Pointers(arguments);
  const std::vector<char*> variable_pointers = Pointers(variables);
  Pipe out = NewPipe();
  Pipe err = NewPipe();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {
    Execute(argument_pointers.data(), variable_pointers.data(), out.write.number(),
            err.write.number(), parent);
  }
  if (pid_ < 0) {
    std::perror("fork");
    std::abort();
  }
  stdout_pipe_ = std::move(out.read);
  stderr_pipe_ = std::move(err.read);
}

void Subprocess::ReadOutput() {
  std::array<pollfd, 3> entries{pollfd{stdout_pipe_.number(), POLLIN, 0},
                                pollfd{stderr_pipe_.number(), POLLIN, 0},
                                pollfd{stop_reading_.number(), POLLIN, 0}};
  while (entries[0].fd >= 0 || entries[1].fd >= 0) {
    if (poll(entries.data(), entries.size(), -1) < 0) continue;
    const bool idle = entries[0].revents == 0 && entries[1].revents == 0;
    if (idle && entries[2].revents != 0) break;
    if (entries[0].revents != 0 && !ReadSome(entries[0].fd, stdout_)) {
      entries[0].fd = -1;
      stdout_.Close();
    }
    if (entries[1].revents != 0 && !ReadSome(entries[1].fd, stderr_)) {
      entries[1].fd = -1;
      stderr_.Close();
    }
  }
  stdout_.Close();
  stderr_.Close();
}

void Subprocess::AwaitEnd() {
  // Waiting without reaping keeps the pid ours, so that `Signal` never hits a stranger.
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  int status = 0;
  waitpid(pid_, &status, 0);
  exit_status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ended_.notify_all();
}

bool Subprocess::running() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !exit_status_.has_value();
}

void Subprocess::Signal(int number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!exit_status_.has_value()) kill(pid_, number);
}

std::optional<int> Subprocess::Wait(Clock::duration patience, Where where) {
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait_for(lock, patience, [this] { return exit_status_.has_value(); });
  if (!exit_status_) ADD_FAILURE_AT(where.file, where.line) << name_ << " does not end";
  return exit_status_;
}

std::optional<std::string> Subprocess::NextLine(Output output, Clock::time_point deadline) {
  return lines(output).Next(deadline);
}

std::optional<std::string> Subprocess::WaitForLine(Output output, const Predicate& predicate,
                                                   Clock::duration patience, Where where) {
  const Clock::time_point deadline = Clock::now() + patience;
  std::string last = "(none)";
  while (auto line = NextLine(output, deadline)) {
    if (predicate(*line)) return line;
    last = *std::move(line);
  }
  ADD_FAILURE_AT(where.file, where.line)
      << name_ << (running() ? " runs but does not write" : " ended without")
      << " the line waited for; the last one was: " << last;
  return std::nullopt;
}

std::vector<std::string> Subprocess::RemainingLines(Output output) {
  const Clock::time_point deadline = Clock::now() + kPatience;
  std::vector<std::string> all;
  while (auto line = NextLine(output, deadline)) all.push_back(*std::move(line));
  return all;
}

}  // namespace dino::testing
