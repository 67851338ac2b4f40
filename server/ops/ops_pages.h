#ifndef DINO_SERVER_OPS_OPS_PAGES_H_
#define DINO_SERVER_OPS_OPS_PAGES_H_

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "server/health/health.h"
#include "server/ops/http_server.h"

namespace dino::ops {

// The pages at the operations address. Thread-safe if its sources are.
class OpsPages {
 public:
  struct Sources {
    std::function<health::Health()> health;
    // In Prometheus' text format.
    std::function<std::string()> metrics;
    // As JSON.
    std::function<std::string()> status;
  };

  explicit OpsPages(Sources sources) : sources_(std::move(sources)) {}

  // The response to a request for `path`; 404 if there is no such page.
  HttpResponse Respond(std::string_view path) const;

 private:
  const Sources sources_;
};

}  // namespace dino::ops

#endif  // DINO_SERVER_OPS_OPS_PAGES_H_
