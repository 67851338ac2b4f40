#include "server/grpc/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"

namespace dino::transport {
namespace {

namespace reflection = ::grpc::reflection::v1alpha;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

const DescriptorPool& Pool() { return *DescriptorPool::generated_pool(); }

void NotFound(const std::string& what, reflection::ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(grpc::StatusCode::NOT_FOUND);
  response.mutable_error_response()->set_error_message(absl::StrCat("no such ", what));
}

// One caller's questions.
class ReflectionCall final : public Handler {
 public:
  ReflectionCall(const std::vector<std::string>& services, CheckFunction check,
                 StrangersRequests& requests, Call& call)
      : services_(services), check_(std::move(check)), requests_(requests), call_(call) {}

  void OnBegin() override {
    const grpc::Status allowed = check_(call_);
    if (!allowed.ok()) return call_.Reject(allowed, std::nullopt);
    requests_.Read(call_);
  }

  void OnMessage(const Message& message) override {
    if (!requests_.EndWait(call_)) return;
    // A key may have been taken away since the last question.
    const grpc::Status allowed = check_(call_);
    if (!allowed.ok()) return call_.Finish(allowed);
    reflection::ServerReflectionRequest request;
    if (!message.Parse(request)) {
      return call_.Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                                       "the message is no ServerReflectionRequest"));
    }
    reflection::ServerReflectionResponse response;
    response.set_valid_host(request.host());
    *response.mutable_original_request() = request;
    Answer(request, response);
    call_.Write(Message(response), /*more=*/false);
  }

  void OnNoMessage() override {
    if (requests_.EndWait(call_)) call_.Finish(grpc::Status::OK);
  }

  void OnWritten(bool ok) override {
    if (!ok) return call_.Finish(grpc::Status::CANCELLED);
    requests_.Read(call_);
  }

 private:
  void Answer(const reflection::ServerReflectionRequest& request,
              reflection::ServerReflectionResponse& response) {
    using Request = reflection::ServerReflectionRequest;
    switch (request.message_request_case()) {
      case Request::kFileByFilename:
        return AddFile(Pool().FindFileByName(request.file_by_filename()), "file", response);
      case Request::kFileContainingSymbol:
        return AddFile(Pool().FindFileContainingSymbol(request.file_containing_symbol()), "symbol",
                       response);
      case Request::kFileContainingExtension:
        return AddExtension(request.file_containing_extension(), response);
      case Request::kAllExtensionNumbersOfType:
        return AddExtensionNumbers(request.all_extension_numbers_of_type(), response);
      case Request::kListServices:
        for (const std::string& service : services_) {
          response.mutable_list_services_response()->add_service()->set_name(service);
        }
        return;
      case Request::MESSAGE_REQUEST_NOT_SET:
        break;
    }
    response.mutable_error_response()->set_error_code(grpc::StatusCode::INVALID_ARGUMENT);
    response.mutable_error_response()->set_error_message("the request asks for nothing known");
  }

  void AddExtension(const reflection::ExtensionRequest& request,
                    reflection::ServerReflectionResponse& response) {
    const Descriptor* const type = Pool().FindMessageTypeByName(request.containing_type());
    const FieldDescriptor* const extension =
        type == nullptr ? nullptr : Pool().FindExtensionByNumber(type, request.extension_number());
    AddFile(extension == nullptr ? nullptr : extension->file(), "extension", response);
  }

  static void AddExtensionNumbers(const std::string& name,
                                  reflection::ServerReflectionResponse& response) {
    const Descriptor* const type = Pool().FindMessageTypeByName(name);
    if (type == nullptr) return NotFound("message type", response);
    std::vector<const FieldDescriptor*> extensions;
    Pool().FindAllExtensions(type, &extensions);
    auto& numbers = *response.mutable_all_extension_numbers_response();
    numbers.set_base_type_name(name);
    for (const FieldDescriptor* const extension : extensions) {
      numbers.add_extension_number(extension->number());
    }
  }

  // With the files that it needs, as far as the caller has not got them.
  void AddFile(const FileDescriptor* file, const char* what,
               reflection::ServerReflectionResponse& response) {
    if (file == nullptr) return NotFound(what, response);
    sent_.erase(file);
    AddUnsent(*file, *response.mutable_file_descriptor_response());
  }

  void AddUnsent(const FileDescriptor& file, reflection::FileDescriptorResponse& response) {
    if (!sent_.insert(&file).second) return;
    google::protobuf::FileDescriptorProto proto;
    file.CopyTo(&proto);
    response.add_file_descriptor_proto(proto.SerializeAsString());
    for (int i = 0; i < file.dependency_count(); ++i) AddUnsent(*file.dependency(i), response);
  }

  const std::vector<std::string>& services_;
  const CheckFunction check_;
  StrangersRequests& requests_;
  Call& call_;
  std::set<const FileDescriptor*> sent_;
};

}  // namespace

std::vector<Method> ReflectionMethods(const std::vector<std::string>& services,
                                      const CheckFunction& check, StrangersRequests& requests) {
  std::vector<Method> methods;
  for (const char* const version : {"v1", "v1alpha"}) {
    methods.push_back({absl::StrCat("grpc.reflection.", version, ".ServerReflection"),
                       "ServerReflectionInfo", Method::Type::kBidiStream, Method::Bound::kWatches,
                       [services, check, &requests](Call& call) {
                         return std::make_unique<ReflectionCall>(services, check, requests, call);
                       }});
  }
  return methods;
}

}  // namespace dino::transport
