#ifndef DINO_SERVER_GRPC_TAG_H_
#define DINO_SERVER_GRPC_TAG_H_

#include <grpc/support/time.h>

namespace dino::transport {

// When an alarm is to go off that goes through a queue and waits for nothing. The library's timers
// wait by the wall clock, and so are late when it is set back; this one needs no timer.
inline gpr_timespec AtOnce() { return gpr_inf_past(GPR_CLOCK_MONOTONIC); }

// What a completion queue gives back when an operation has ended.
class Tag {
 public:
  virtual void OnEvent(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// A tag that calls a member function of its owner.
template <typename Owner>
class MemberTag final : public Tag {
 public:
  using Function = void (Owner::*)(bool ok);

  MemberTag(Owner& owner, Function function) : owner_(owner), function_(function) {}

  void OnEvent(bool ok) override { (owner_.*function_)(ok); }

 private:
  Owner& owner_;
  const Function function_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_TAG_H_
