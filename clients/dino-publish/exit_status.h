#ifndef DINO_CLIENTS_DINO_PUBLISH_EXIT_STATUS_H_
#define DINO_CLIENTS_DINO_PUBLISH_EXIT_STATUS_H_

#include <grpcpp/support/status.h>

namespace dino::publish_client {

// The program's exit statuses, as listed by `--help`.
enum Exit : int {
  kSucceeded = 0,
  kFailed = 1,
  kWrongInput = 2,
  kRefused = 3,
  kTryAgain = 4,
  kNotAuthorized = 5,
  // What `--check` finds.
  kUnreachable = 10,
  kUnknownCaller = 11,
  kNotReady = 12,
  kNoRights = 13,
  kBrokerRefused = 14,
  kNotAcknowledged = 15,
  kCannotReceive = 16,
  kNotReceived = 17,
};

// That of a call's result.
Exit ExitStatus(grpc::StatusCode code);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_EXIT_STATUS_H_
