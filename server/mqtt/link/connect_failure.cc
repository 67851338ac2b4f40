#include "server/mqtt/link/connect_failure.h"

#include <string>

#include "absl/strings/cord.h"
#include "server/mqtt/wire/reason_code.h"

namespace dino::mqtt {
namespace {

constexpr char kPayload[] = "dino/connect-failure";

}  // namespace

absl::Status WithFailure(absl::Status status, ConnectFailure failure) {
  status.SetPayload(kPayload, absl::Cord(std::string(1, static_cast<char>(failure))));
  return status;
}

ConnectFailure ConnectFailureOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  return payload.has_value() ? static_cast<ConnectFailure>((*payload)[0])
                             : ConnectFailure::kNetwork;
}

ConnectFailure ConnectFailureOf(const Loss& loss) {
  switch (loss.kind) {
    case Loss::Kind::kRefused:
      return IsLoginRefusal(loss.reason_code) ? ConnectFailure::kLogin : ConnectFailure::kRefused;
    case Loss::Kind::kNotMqtt:
      return ConnectFailure::kProtocol;
    case Loss::Kind::kTlsError:
      return ConnectFailure::kTls;
    default:
      return ConnectFailure::kNetwork;
  }
}

}  // namespace dino::mqtt
