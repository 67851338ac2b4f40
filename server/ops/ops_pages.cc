#include "server/ops/ops_pages.h"

#include "server/ops/status_page.h"

namespace dino::ops {
namespace {

HttpResponse Text(unsigned status, std::string body) {
  return {status, kPlainText, std::move(body), {}};
}

// The page loads its own files and status.json, and nothing else.
HttpResponse Page() {
  return {200,
          "text/html; charset=utf-8",
          std::string(kStatusHtml),
          {{"Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
           {"Referrer-Policy", "no-referrer"}}};
}

}  // namespace

HttpResponse OpsPages::Respond(std::string_view path) const {
  if (path == "/livez") return Text(200, "ok\n");
  if (path == "/readyz") {
    return sources_.ready() ? Text(200, "ok\n") : Text(503, "not ready\n");
  }
  if (path == "/metrics") {
    return {200, "text/plain; version=0.0.4; charset=utf-8", sources_.metrics(), {}};
  }
  if (path == "/status.json") return {200, "application/json", sources_.status(), {}};
  if (path == "/") return Page();
  if (path == "/status.css") {
    return {200, "text/css; charset=utf-8", std::string(kStatusCss), {}};
  }
  if (path == "/status.js") {
    return {200, "text/javascript; charset=utf-8", std::string(kStatusJs), {}};
  }
  if (path == "/chart.js") {
    return {200, "text/javascript; charset=utf-8", std::string(kChartJs), {}};
  }
  return Text(404, "not found\n");
}

}  // namespace dino::ops
