#include "server/mqtt/wire/reason_code.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace dino::mqtt {
namespace {

struct Name {
  std::uint8_t reason_code;
  const char* text;
};

// What a broker may say in CONNACK, PUBACK and DISCONNECT.
constexpr std::array kNames = {
    Name{kSuccess, "success"},
    Name{kNoMatchingSubscribers, "no matching subscribers"},
    Name{kUnspecifiedError, "unspecified error"},
    Name{0x81, "malformed packet"},
    Name{0x82, "protocol error"},
    Name{kImplementationSpecificError, "implementation specific error"},
    Name{0x84, "unsupported protocol version"},
    Name{0x85, "client identifier not valid"},
    Name{0x86, "bad user name or password"},
    Name{kNotAuthorized, "not authorized"},
    Name{0x88, "server unavailable"},
    Name{0x89, "server busy"},
    Name{0x8A, "banned"},
    Name{0x8B, "server shutting down"},
    Name{0x8D, "keep alive timeout"},
    Name{kSessionTakenOver, "session taken over"},
    Name{0x90, "topic name invalid"},
    Name{0x93, "receive maximum exceeded"},
    Name{0x95, "packet too large"},
    Name{0x96, "message rate too high"},
    Name{kQuotaExceeded, "quota exceeded"},
    Name{0x98, "administrative action"},
    Name{0x99, "payload format invalid"},
    Name{0x9A, "retain not supported"},
    Name{0x9B, "QoS not supported"},
    Name{0x9C, "use another server"},
    Name{0x9D, "server moved"},
    Name{0x9F, "connection rate exceeded"},
};

}  // namespace

bool IsBusy(std::uint8_t reason_code) {
  return reason_code == kUnspecifiedError || reason_code == kImplementationSpecificError ||
         reason_code == kQuotaExceeded;
}

bool IsLoginRefusal(std::uint8_t reason_code) {
  switch (reason_code) {
    case 0x85:  // Client identifier not valid.
    case 0x86:  // Bad user name or password.
    case kNotAuthorized:
    case 0x8A:  // Banned.
    case 0x8C:  // Bad authentication method.
      return true;
    default:
      return false;
  }
}

bool MayBeDueToPublication(std::uint8_t reason_code) {
  switch (reason_code) {
    case kSuccess:
    case 0x89:  // server busy
    case 0x8B:  // server shutting down
    case 0x8D:  // keep alive timeout
    case kSessionTakenOver:
    case 0x98:  // administrative action
    case 0x9C:  // use another server
    case 0x9D:  // server moved
    case 0x9F:  // connection rate exceeded
      return false;
    default:
      return true;
  }
}

std::string DescribeReasonCode(std::uint8_t reason_code) {
  const auto* found = std::find_if(kNames.begin(), kNames.end(), [reason_code](const Name& name) {
    return name.reason_code == reason_code;
  });
  return absl::StrCat("0x", absl::Hex(reason_code, absl::kZeroPad2), " ",
                      found == kNames.end() ? "unknown reason" : found->text);
}

}  // namespace dino::mqtt
