#include "clients/dino-publish/method.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "dino/events/v1/event_publisher_service.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "server/base/libraries.h"

namespace dino::publish_client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const ServiceDescriptor& Service() {
  return *events::v1::PublishMessageRequest::descriptor()->file()->FindServiceByName(
      "EventPublisherService");
}

bool IsUnary(const MethodDescriptor& method) {
  return !method.client_streaming() && !method.server_streaming();
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// All but the first, which means unspecified.
std::string ValueNames(const EnumDescriptor& type) {
  std::string names;
  for (int i = 1; i < type.value_count(); ++i) {
    absl::StrAppend(&names, i == 1 ? "" : " | ", type.value(i)->name());
  }
  return names;
}

std::string TypeName(const FieldDescriptor& field) {
  if (field.enum_type() != nullptr) return ValueNames(*field.enum_type());
  if (field.message_type() == nullptr) return absl::StrCat(field.type_name());
  const std::string_view name = field.message_type()->full_name();
  if (name == "google.protobuf.Timestamp") return R"(time such as "2026-01-31T12:00:00Z")";
  if (name == "google.protobuf.Duration") return R"(duration such as "3600s")";
  return absl::StrCat(field.message_type()->name());
}

// True if the fields of the field's type should be listed below it.
bool HasListedFields(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->file()->package() == "dino.events.v1";
}

void ListFields(const Descriptor& type, const std::string& indent, std::string& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    absl::StrAppend(&out, indent, field.name(), ": ");
    if (field.is_map()) {
      absl::StrAppend(&out, "map of ", TypeName(*field.message_type()->map_key()), " to ",
                      TypeName(*field.message_type()->map_value()), "\n");
      continue;
    }
    absl::StrAppend(&out, field.is_repeated() ? "list of " : "", TypeName(field), "\n");
    if (HasListedFields(field)) ListFields(*field.message_type(), indent + "  ", out);
  }
}

}  // namespace

Method Method::Find(const std::string& name) {
  const MethodDescriptor* const descriptor = Service().FindMethodByName(name);
  return Method(descriptor != nullptr && IsUnary(*descriptor) ? descriptor : nullptr);
}

std::string Method::Path() const {
  return absl::StrCat("/", descriptor_->service()->full_name(), "/", descriptor_->name());
}

std::string Method::EncodeRequest(const std::string& json, std::string& bytes) const {
  const std::unique_ptr<Message> request = NewMessage(descriptor_->input_type());
  const auto status = google::protobuf::util::JsonStringToMessage(json, request.get());
  if (!status.ok()) return std::string(status.message());
  return request->SerializeToString(&bytes) ? "" : "the request is too large";
}

bool Method::DecodeResponse(const std::string& bytes, bool compact, std::string& json) const {
  const std::unique_ptr<Message> response = NewMessage(descriptor_->output_type());
  if (!response->ParseFromString(bytes)) return false;
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !compact;
#if DINO_CURRENT_GRPC
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
  options.preserve_proto_field_names = true;
  json.clear();
  return google::protobuf::util::MessageToJsonString(*response, &json, options).ok();
}

std::string ListMethods() {
  std::string list;
  for (int i = 0; i < Service().method_count(); ++i) {
    const MethodDescriptor& method = *Service().method(i);
    if (!IsUnary(method)) continue;
    absl::StrAppend(&list, list.empty() ? "" : "\n", method.name(), "\n");
    ListFields(*method.input_type(), "  ", list);
  }
  return list;
}

}  // namespace dino::publish_client
