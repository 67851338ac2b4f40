#include "server/mqtt/wire/publish_properties.h"

#include <cstdint>

#include "server/mqtt/wire/packet_size.h"
#include "server/mqtt/wire/packet_writer.h"

namespace dino::mqtt {
namespace {

// Section 2.2.2.2 of the standard.
constexpr char kPayloadFormatIndicator = 0x01;
constexpr char kMessageExpiryInterval = 0x02;
constexpr char kContentType = 0x03;
constexpr char kUserProperty = 0x26;

std::string Properties(const PublishOptions& options, std::chrono::seconds expiry) {
  std::string properties;
  properties += kPayloadFormatIndicator;
  properties += '\x01';  // UTF-8
  properties += kMessageExpiryInterval;
  AppendUint32(static_cast<std::uint32_t>(expiry.count()), properties);
  properties += kContentType;
  AppendText(options.content_type, properties);
  for (const auto& [name, value] : options.user_properties) {
    properties += kUserProperty;
    AppendText(name, properties);
    AppendText(value, properties);
  }
  return properties;
}

}  // namespace

PublishProperties::PublishProperties(const PublishOptions& options, std::chrono::seconds expiry)
    : expiry_(expiry) {
  const std::string properties = Properties(options, expiry);
  size_ = properties.size();
  wire_.reserve(VarintSize(size_) + size_);
  AppendVarint(size_, wire_);
  wire_ += properties;
}

}  // namespace dino::mqtt
