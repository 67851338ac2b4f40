// Loaded into a process by LD_PRELOAD, it lets the process's wall clock be off by as many
// nanoseconds as the file DINO_WALL_CLOCK_FILE says at the moment. See wall_clock.h.
//
// Waits until an absolute wall clock time follow the clock's jumps, as in the kernel. Only futexes
// are supported, which Abseil, and so gRPC, uses to wait.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

using Nanoseconds = std::int64_t;
// What a system call takes and returns.
using Word = long;  // NOLINT(google-runtime-int)
using Syscall = Word (*)(Word, ...);

constexpr Nanoseconds kSecond = 1000000000;
// How soon a wait notices a jump.
constexpr Nanoseconds kSlice = kSecond / 50;

const std::atomic<Nanoseconds>* const no_offset = nullptr;
std::atomic<const std::atomic<Nanoseconds>*> offset{no_offset};

[[gnu::constructor]] void MapFile() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before main
  const char* const path = std::getenv("DINO_WALL_CLOCK_FILE");
  if (path == nullptr) return;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  void* const page = mmap(nullptr, sizeof(Nanoseconds), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (page == MAP_FAILED) std::abort();
  offset = static_cast<const std::atomic<Nanoseconds>*>(page);
}

Nanoseconds Offset() {
  const std::atomic<Nanoseconds>* const where = offset;
  return where == nullptr ? 0 : where->load();
}

Syscall RealSyscall() {
  static const auto real = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  return real;
}

timespec ToTimespec(Nanoseconds time) {
  return {static_cast<time_t>(time / kSecond), static_cast<Word>(time % kSecond)};
}

Nanoseconds FromTimespec(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

Nanoseconds RealNow() {
  timespec now{};
  RealSyscall()(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return FromTimespec(now);
}

// A FUTEX_WAIT_BITSET until `deadline` of the shifted clock.
Word WaitUntil(Nanoseconds deadline, Word address, Word operation, Word value, Word bits) {
  for (;;) {
    const Nanoseconds now = RealNow();
    const Nanoseconds left = deadline - Offset() - now;
    const timespec until = ToTimespec(now + std::clamp<Nanoseconds>(left, 0, kSlice));
    const Word result = RealSyscall()(SYS_futex, address, operation, value, &until, nullptr, bits);
    if (result == 0 || errno != ETIMEDOUT || left <= kSlice) return result;
  }
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const Word result = RealSyscall()(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    *time = ToTimespec(FromTimespec(*time) + Offset());
  }
  return static_cast<int>(result);
}

extern "C" int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  const timespec now = ToTimespec(RealNow() + Offset());
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

extern "C" time_t time(time_t* out) noexcept {
  const time_t now = ToTimespec(RealNow() + Offset()).tv_sec;
  if (out != nullptr) *out = now;
  return now;
}

// NOLINTNEXTLINE(cert-dcl50-cpp): it stands in for a C function
extern "C" Word syscall(Word number, ...) noexcept {
  va_list list;
  va_start(list, number);
  Word arguments[6] = {};
  for (Word& argument : arguments) argument = va_arg(list, Word);
  va_end(list);
  const auto& [a, b, c, d, e, f] = arguments;
  const Word command = b & FUTEX_CMD_MASK;
  if (number == SYS_futex && command == FUTEX_WAIT_BITSET && (b & FUTEX_CLOCK_REALTIME) != 0 &&
      d != 0) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel takes it
    return WaitUntil(FromTimespec(*reinterpret_cast<const timespec*>(d)), a, b, c, f);
  }
  return RealSyscall()(number, a, b, c, d, e, f);
}
