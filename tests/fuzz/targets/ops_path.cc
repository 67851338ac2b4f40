// The path of a request to the operators' port; the library parses the rest.
#include <string>
#include <string_view>

#include "server/ops/ops_pages.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/targets.h"

namespace dino::fuzz {

void FuzzOpsPath(std::string_view bytes) {
  Input input(bytes);
  const bool ready = input.Bool();
  health::Health health;
  health.ready = ready;
  const ops::OpsPages pages({[health] { return health; }, [] { return std::string("metrics\n"); },
                             [] { return std::string("{}"); }});
  const std::string_view path = input.Rest();
  const ops::HttpResponse response = pages.Respond(path);
  Require(response.status == 200 || response.status == 404 || (response.status == 503 && !ready),
          "a page is there or not");
  Require(!response.content_type.empty() && !response.body.empty(), "an answer says something");
  Require(response.status != 404 || response.body == "not found\n", "an answer repeats no path");
  Require(response.status == 404 || path.front() == '/', "a page has a path");
  RequirePrintable(response.content_type);
}

}  // namespace dino::fuzz
