#include "tests/support/process/subprocess.h"

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
#include <cstdint>
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

}  // namespace

Subprocess::Subprocess(const std::vector<std::string>& command,
                       const std::vector<std::string>& environment)
    : name_(command.at(0)), wake_reader_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  Start(command, environment);
  reader_ = std::thread([this] { ReadOutput(); });
  waiter_ = std::thread([this] { AwaitEnd(); });
}

Subprocess::~Subprocess() {
  Signal(SIGKILL);
  waiter_.join();
  // A grandchild may hold the pipes open; the reader must not wait for it.
  end_reading_ = true;
  WakeReader();
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
  stream(Output::kStdout).pipe = std::move(out.read);
  stream(Output::kStderr).pipe = std::move(err.read);
}

void Subprocess::SetReading(Output output, Reading reading) {
  stream(output).reading = reading;
  WakeReader();
}

void Subprocess::WakeReader() const {
  const std::uint64_t one = 1;
  (void)!write(wake_reader_.number(), &one, sizeof(one));
}

void Subprocess::ReadOutput() {
  while (ReadOnce()) {
  }
  for (Stream& stream : streams_) Close(stream);
}

bool Subprocess::ReadOnce() {
  std::array<pollfd, 3> entries{};
  bool open = false;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    Stream& stream = streams_.at(i);
    const Reading reading = stream.reading;
    if (reading == Reading::kClosed) Close(stream);
    entries.at(i) = {reading == Reading::kOn ? stream.pipe.number() : -1, POLLIN, 0};
    open = open || stream.pipe.open();
  }
  entries.back() = {wake_reader_.number(), POLLIN, 0};
  if (!open) return false;
  if (poll(entries.data(), entries.size(), -1) < 0) return true;
  bool idle = true;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (entries.at(i).revents == 0) continue;
    idle = false;
    ReadSome(streams_.at(i));
  }
  if (end_reading_) return !idle;
  std::uint64_t count = 0;
  (void)!read(wake_reader_.number(), &count, sizeof(count));
  return true;
}

void Subprocess::ReadSome(Stream& stream) {
  std::array<char, 65536> buffer{};
  const ssize_t size = read(stream.pipe.number(), buffer.data(), buffer.size());
  if (size > 0) {
    stream.lines.Append({buffer.data(), static_cast<std::size_t>(size)});
  } else if (size == 0 || errno != EINTR) {
    Close(stream);
  }
}

void Subprocess::Close(Stream& stream) {
  stream.pipe.Close();
  stream.lines.Close();
}

void Subprocess::AwaitEnd() {
  // Waiting without reaping keeps the PID reserved, so that `Signal` never hits another process.
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
