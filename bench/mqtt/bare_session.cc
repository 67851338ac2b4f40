#include "bench/mqtt/bare_session.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

// Since 2.1, mosquitto.h includes it by another name.
#if !__has_include(<mosquitto/mqtt_protocol.h>)
#include <mqtt_protocol.h>
#endif

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace dino::bench {
namespace {

constexpr int kKeepAliveSeconds = 30;
constexpr int kMaxBurst = 64;
// How many publications share a property list, as the recipients of one call do.
constexpr int kPublicationsPerEvent = 1000;
constexpr std::uint32_t kExpirySeconds = 86400;
constexpr int kFirstUser = 1'000'000;
constexpr int kFirstFailureCode = 0x80;
constexpr int kAtLeastOnce = 1;
// More than a window's PUBACKs.
constexpr int kMaxPacketsPerRead = 256;

absl::Status ToStatus(int code, absl::string_view what) {
  if (code == MOSQ_ERR_SUCCESS) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(what, ": ", mosquitto_strerror(code)));
}

}  // namespace

BareSession::BareSession(const BareLoad& load, int index)
    : load_(load),
      index_(index),
      payload_(static_cast<std::size_t>(load.payload_bytes), 'x'),
      window_(load.window) {}

BareSession::~BareSession() {
  if (handle_ != nullptr) mosquitto_disconnect(handle_.get());
}

absl::Status BareSession::Connect() {
  handle_.reset(mosquitto_new(absl::StrCat("bare-publisher-", index_).c_str(), true, this));
  if (handle_ == nullptr) return absl::ResourceExhaustedError("mosquitto_new failed");
  mosquitto_int_option(handle_.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  // 0: no limit in the library; the window is ours.
  mosquitto_int_option(handle_.get(), MOSQ_OPT_SEND_MAXIMUM, 0);
  mosquitto_int_option(handle_.get(), MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_connect_v5_callback_set(handle_.get(), &BareSession::OnConnect);
  mosquitto_publish_v5_callback_set(handle_.get(), &BareSession::OnPublish);
  return ToStatus(mosquitto_connect_bind_v5(handle_.get(), load_.host.c_str(), load_.port,
                                            kKeepAliveSeconds, nullptr, nullptr),
                  "connect");
}

int BareSession::fd() const { return mosquitto_socket(handle_.get()); }

bool BareSession::wants_write() const { return mosquitto_want_write(handle_.get()); }

absl::StatusOr<int> BareSession::Read() {
  acknowledged_ = 0;
  absl::Status status = ToStatus(mosquitto_loop_read(handle_.get(), kMaxPacketsPerRead), "read");
  if (!status.ok()) return status;
  if (refusal_ != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("the broker refused with 0x%02x", refusal_));
  }
  return acknowledged_;
}

absl::Status BareSession::Publish() {
  if (!connected_) return absl::OkStatus();
  while (in_flight_ < window_ && !wants_write()) {
    absl::Status status = PublishBurst(std::min(kMaxBurst, window_ - in_flight_));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status BareSession::Write() {
  return ToStatus(mosquitto_loop_write(handle_.get(), 1), "write");
}

absl::Status BareSession::Tick() { return ToStatus(mosquitto_loop_misc(handle_.get()), "misc"); }

void BareSession::OnConnect(mosquitto* /*handle*/, void* self, int code, int /*flags*/,
                            const mosquitto_property* list) {
  auto* session = static_cast<BareSession*>(self);
  session->connected_ = code == 0;
  session->refusal_ = code;
  std::uint16_t receive_maximum = 0;
  if (mosquitto_property_read_int16(list, MQTT_PROP_RECEIVE_MAXIMUM, &receive_maximum, false) !=
      nullptr) {
    session->window_ = std::min<int>(session->window_, receive_maximum);
  }
}

void BareSession::OnPublish(mosquitto* /*handle*/, void* self, int /*id*/, int code,
                            const mosquitto_property* /*list*/) {
  auto* session = static_cast<BareSession*>(self);
  --session->in_flight_;
  if (code >= kFirstFailureCode) {
    session->refusal_ = code;
  } else {
    ++session->acknowledged_;
  }
}

absl::Status BareSession::PublishBurst(int count) {
  // Uncorked, each PUBLISH would be a segment of its own.
  Cork(true);
  absl::Status status;
  for (int i = 0; i < count && status.ok(); ++i) status = PublishOne();
  Cork(false);
  return status;
}

absl::Status BareSession::PublishOne() {
  if (published_ % kPublicationsPerEvent == 0) {
    absl::Status status = RenewProperties();
    if (!status.ok()) return status;
  }
  const std::uint64_t place =
      published_ * static_cast<std::uint64_t>(load_.sessions) + static_cast<std::uint64_t>(index_);
  topic_ = "dms/dev/";
  absl::StrAppend(&topic_, kFirstUser + place % static_cast<std::uint64_t>(load_.users));
  absl::Status status =
      ToStatus(mosquitto_publish_v5(handle_.get(), nullptr, topic_.c_str(), load_.payload_bytes,
                                    payload_.data(), kAtLeastOnce, false, properties_.get()),
               "publish");
  if (!status.ok()) return status;
  ++published_;
  ++in_flight_;
  return absl::OkStatus();
}

absl::Status BareSession::RenewProperties() {
  const std::string event_id =
      absl::StrFormat("00000000-0000-4000-8%03x-%012x", index_, published_);
  mosquitto_property* list = nullptr;
  int code = mosquitto_property_add_byte(&list, MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1);
  if (code == 0) {
    code = mosquitto_property_add_string(&list, MQTT_PROP_CONTENT_TYPE, "application/json");
  }
  if (code == 0) {
    code = mosquitto_property_add_int32(&list, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, kExpirySeconds);
  }
  if (code == 0) {
    code = mosquitto_property_add_string_pair(&list, MQTT_PROP_USER_PROPERTY, "event_id",
                                              event_id.c_str());
  }
  if (code == 0) {
    code =
        mosquitto_property_add_string_pair(&list, MQTT_PROP_USER_PROPERTY, "event_type", "message");
  }
  properties_.reset(list);
  return ToStatus(code, "properties");
}

void BareSession::Cork(bool on) const {
  const int value = on ? 1 : 0;
  setsockopt(fd(), IPPROTO_TCP, TCP_CORK, &value, sizeof(value));
}

}  // namespace dino::bench
