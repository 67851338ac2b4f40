#include "server/mqtt/link/tls_error.h"

namespace dino::mqtt {

std::string ReadableTlsError(std::string_view text) {
  constexpr std::string_view kAlert = " alert ";
  const std::string_view reason = text.substr(text.rfind(':') + 1);
  const std::size_t alert = reason.find(kAlert);
  if (alert == std::string_view::npos) return std::string(reason);
  return "the broker refused: " + std::string(reason.substr(alert + kAlert.size()));
}

}  // namespace dino::mqtt
