#ifndef DINO_CLIENTS_DINO_PUBLISH_RUN_H_
#define DINO_CLIENTS_DINO_PUBLISH_RUN_H_

#include <grpcpp/support/status.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "clients/dino-publish/call.h"
#include "clients/dino-publish/event_receiver.h"
#include "clients/dino-publish/options.h"

namespace dino::publish_client {

using Caller = std::function<grpc::Status(const Call& call, std::string& response)>;
using ReceiverMaker = std::function<std::unique_ptr<EventReceiver>(const BrokerAccess& broker)>;

// What the program depends on, which tests can replace.
struct Surroundings {
  Environment environment;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // From any thread.
  Caller make_call;
  ReceiverMaker make_receiver = NewMqttReceiver;
};

// Does what the arguments (without the program's name) ask for; returns the exit status.
int Run(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_RUN_H_
