#include "tests/soak/fault_injector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace dino::soak {
namespace {

using std::chrono::milliseconds;
using testing::FaultProxy;
using testing::Shape;

void Wait(milliseconds length) { std::this_thread::sleep_for(length); }

Shape Held() {
  Shape shape;
  shape.hold = true;
  return shape;
}

// How bytes travel during a fault of the network.
Shape ShapeOf(FaultKind kind) {
  Shape shape;
  switch (kind) {
    case FaultKind::kDelay:
      // Half of it in each direction.
      shape.delay = milliseconds(100);
      shape.jitter = milliseconds(50);
      break;
    case FaultKind::kThrottle:
      shape.bytes_per_second = 10000;
      break;
    case FaultKind::kByteByByte:
      shape.one_byte_at_a_time = true;
      break;
    default:
      shape = Held();
  }
  return shape;
}

void Disturb(const Fault& fault, FaultProxy& proxy) {
  switch (fault.kind) {
    case FaultKind::kReset:
      proxy.ResetConnections();
      break;
    case FaultKind::kClose:
      proxy.CloseConnections();
      break;
    case FaultKind::kAcksHeld:
      proxy.Set(FaultProxy::Direction::kToClient, Held());
      break;
    case FaultKind::kAcksLost:
      proxy.LoseAcks(true);
      break;
    case FaultKind::kRefused:
      proxy.Set(FaultProxy::Door::kRefuse);
      proxy.ResetConnections();
      break;
    case FaultKind::kBlackHole:
      proxy.Set(FaultProxy::Door::kBlackHole);
      proxy.ResetConnections();
      break;
    default:
      proxy.SetBoth(ShapeOf(fault.kind));
  }
  Wait(fault.length);
}

void Freeze(const Fault& fault, Broker& broker) {
  broker.Freeze();
  Wait(fault.length);
  broker.Thaw();
}

void Restart(const Fault& fault, Rig& rig) {
  rig.broker().Stop();
  rig.proxy().Set(FaultProxy::Door::kRefuse);
  Wait(fault.length);
  rig.broker().Start();
}

void Kill(const Fault& fault, Rig& rig) {
  FaultProxy& proxy = rig.proxy();
  proxy.Set(FaultProxy::Direction::kToClient, Held());
  const bool caught_up = rig.witness().CatchUp();
  // So that the witness's session survives. Once the broker answers again, it has saved.
  rig.broker().Save();
  if (!caught_up || !rig.witness().CatchUp()) {
    ADD_FAILURE() << "the witness does not catch up before the broker is killed";
  }
  rig.broker().Kill();
  proxy.Set(FaultProxy::Door::kRefuse);
  // Held bytes must never arrive.
  proxy.ResetConnections();
  Wait(fault.length);
  rig.broker().Start();
}

}  // namespace

testing::Clock::time_point Inject(const Fault& fault, Rig& rig) {
  switch (fault.kind) {
    case FaultKind::kBrokerStopped:
      Freeze(fault, rig.broker());
      break;
    case FaultKind::kBrokerRestarted:
      Restart(fault, rig);
      break;
    case FaultKind::kBrokerKilled:
      Kill(fault, rig);
      break;
    default:
      Disturb(fault, rig.proxy());
  }
  rig.proxy().Heal();
  return testing::Clock::now();
}

}  // namespace dino::soak
