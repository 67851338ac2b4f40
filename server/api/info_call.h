#ifndef DINO_SERVER_API_INFO_CALL_H_
#define DINO_SERVER_API_INFO_CALL_H_

#include "server/api/unary_call.h"

namespace dino::api {

// A call of GetServerInfo. It takes no room of what publishes, so that it tells more when there is
// none; its network's share of unread answers bounds it.
class InfoCall final : public UnaryCall {
 public:
  InfoCall(PublishContext& shared, transport::Call& call)
      : UnaryCall(shared, call, "GetServerInfo") {}

 private:
  void Handle(const transport::Message& message) override;
  bool answers_while_draining() const override { return true; }
  bool takes_room() const override { return false; }
};

}  // namespace dino::api

#endif  // DINO_SERVER_API_INFO_CALL_H_
