#include "server/grpc/method_table.h"

#include "absl/strings/str_cat.h"

namespace dino::transport {
namespace {

const char* NameOf(Method::Type type) {
  switch (type) {
    case Method::Type::kServerStream:
      return "server_stream";
    case Method::Type::kBidiStream:
      return "bidi_stream";
    case Method::Type::kUnary:
      break;
  }
  return "unary";
}

}  // namespace

MethodTable::MethodTable(std::vector<Method> methods, CallMeters& meters) {
  for (Method& method : methods) {
    MethodMeter& meter = meters.Add({method.service, method.name, NameOf(method.type)});
    std::string path = absl::StrCat("/", method.service, "/", method.name);
    entries_.emplace(std::move(path), Entry{std::move(method), &meter});
  }
}

}  // namespace dino::transport
