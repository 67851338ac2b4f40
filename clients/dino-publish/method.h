#ifndef DINO_CLIENTS_DINO_PUBLISH_METHOD_H_
#define DINO_CLIENTS_DINO_PUBLISH_METHOD_H_

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace dino::publish_client {

// An RPC of the service, found by its name: a new one needs no code here.
class Method {
 public:
  // The unary RPC `name`. If there is none, `found` is false.
  static Method Find(const std::string& name);

  bool found() const { return descriptor_ != nullptr; }

  // The path of the call: `/dino.events.v1.EventPublisherService/PublishMessage`.
  //
  // REQUIRES: found(), as do the others.
  std::string Path() const;

  // Turns a request in protobuf JSON into its bytes. Returns what is wrong with the JSON, empty if
  // it is valid.
  std::string EncodeRequest(const std::string& json, std::string& bytes) const;

  // Turns the bytes of a response into protobuf JSON with the proto's field names; fields that are
  // 0 are written too. False if the bytes are not such a response.
  bool DecodeResponse(const std::string& bytes, bool compact, std::string& json) const;

 private:
  explicit Method(const google::protobuf::MethodDescriptor* descriptor) : descriptor_(descriptor) {}

  const google::protobuf::MethodDescriptor* descriptor_;
};

// The unary RPCs with the fields of their requests, for people.
std::string ListMethods();

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_METHOD_H_
