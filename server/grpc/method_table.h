#ifndef DINO_SERVER_GRPC_METHOD_TABLE_H_
#define DINO_SERVER_GRPC_METHOD_TABLE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/grpc/call.h"
#include "server/grpc/call_meters.h"

namespace dino::transport {

// The methods that a server serves, by their paths.
class MethodTable {
 public:
  struct Entry {
    Method method;
    MethodMeter* meter = nullptr;
  };

  // `meters` outlives it; each method gets one there.
  MethodTable(std::vector<Method> methods, CallMeters& meters);

  // By `/package.Service/Method`; null if it is not served.
  const Entry* Find(std::string_view path) const {
    const auto found = entries_.find({path.data(), path.size()});
    return found == entries_.end() ? nullptr : &found->second;
  }

 private:
  absl::flat_hash_map<std::string, Entry> entries_;
};

}  // namespace dino::transport

#endif  // DINO_SERVER_GRPC_METHOD_TABLE_H_
