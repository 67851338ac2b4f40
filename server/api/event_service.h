#ifndef DINO_SERVER_API_EVENT_SERVICE_H_
#define DINO_SERVER_API_EVENT_SERVICE_H_

#include <vector>

#include "server/api/open_streams.h"
#include "server/api/publish_context.h"
#include "server/api/publish_stream.h"
#include "server/grpc/call.h"

namespace dino::api {

inline constexpr char kServiceName[] = "dino.events.v1.EventPublisherService";

// `dino.events.v1.EventPublisherService`.
class EventService {
 public:
  // `shared` outlives it.
  explicit EventService(PublishContext& shared) : shared_(shared), open_streams_(shared) {}
  EventService(const EventService&) = delete;
  EventService& operator=(const EventService&) = delete;

  // Its methods; it outlives their calls.
  std::vector<transport::Method> Methods();

  // Ends the streams; what they have begun is answered first.
  void EndStreams() { open_streams_.EndAll(); }

 private:
  PublishContext& shared_;
  OpenStreams open_streams_;
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_EVENT_SERVICE_H_
