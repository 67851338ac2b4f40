#include "server/ops/ops_pages.h"

#include "server/ops/status_page.h"

namespace dino::ops {
namespace {

HttpResponse Text(unsigned status, std::string body) {
  return {status, kPlainText, std::move(body), {}};
}

HttpResponse Script(std::string_view text) {
  return {200, "text/javascript; charset=utf-8", std::string(text), {}};
}

// "good", or "degraded: " and what is wrong: a line for each problem.
std::string Readiness(const health::Health& health) {
  std::string text(NameOf(health.verdict));
  const char* separator = ": ";
  for (const health::Problem& problem : health.problems) {
    text += separator + problem.what;
    separator = "\n";
  }
  return text + '\n';
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
    const health::Health health = sources_.health();
    return Text(health.ready ? 200 : 503, Readiness(health));
  }
  if (path == "/metrics") {
    return {200, "text/plain; version=0.0.4; charset=utf-8", sources_.metrics(), {}};
  }
  if (path == "/status.json") return {200, "application/json", sources_.status(), {}};
  if (path == "/") return Page();
  if (path == "/status.css") {
    return {200, "text/css; charset=utf-8", std::string(kStatusCss), {}};
  }
  if (path == "/status.js") return Script(kStatusJs);
  if (path == "/rows.js") return Script(kRowsJs);
  if (path == "/chart.js") return Script(kChartJs);
  return Text(404, "not found\n");
}

}  // namespace dino::ops
