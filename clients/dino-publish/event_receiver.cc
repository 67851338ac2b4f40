#include "clients/dino-publish/event_receiver.h"

#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "clients/dino-publish/random_uuid.h"
#include "server/base/errno_text.h"
#include "server/base/host_port.h"
#include "server/base/text_file.h"

namespace dino::publish_client {
namespace {

constexpr int kQos = 1;
constexpr int kKeepAliveSeconds = 60;
constexpr int kFirstFailure = 0x80;

struct Destroy {
  void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
};

const char* OrNull(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

std::string CodeText(int code) {
  return absl::StrFormat("0x%02X %s", code, mosquitto_reason_string(code));
}

class MqttReceiver final : public EventReceiver {
 public:
  explicit MqttReceiver(BrokerAccess broker) : broker_(std::move(broker)) { mosquitto_lib_init(); }
  MqttReceiver(const MqttReceiver&) = delete;
  MqttReceiver& operator=(const MqttReceiver&) = delete;
  ~MqttReceiver() override {
    if (connected_) mosquitto_disconnect(handle_.get());
  }

  absl::Status Subscribe(const std::string& topic, std::chrono::milliseconds timeout) override {
    topic_ = topic;
    const Clock::time_point deadline = Clock::now() + timeout;
    absl::Status status = Connect();
    while (status.ok() && !subscribed_) status = Loop(deadline);
    if (!absl::IsDeadlineExceeded(status)) return status;
    return absl::UnavailableError(connected_ ? "no answer to SUBSCRIBE" : "no answer to CONNECT");
  }

  absl::StatusOr<Clock::time_point> WaitFor(const std::string& mark,
                                            std::chrono::milliseconds timeout) override {
    mark_ = mark;
    const Clock::time_point deadline = Clock::now() + timeout;
    absl::Status status;
    while (status.ok() && !received_at_.has_value()) status = Loop(deadline);
    if (received_at_.has_value()) return *received_at_;
    return status;
  }

 private:
  static MqttReceiver& Self(void* object) { return *static_cast<MqttReceiver*>(object); }

  static void OnConnect(mosquitto* /*handle*/, void* object, int code, int /*flags*/,
                        const mosquitto_property* /*properties*/) {
    MqttReceiver& self = Self(object);
    self.connected_ = code == 0;
    if (code != 0) return self.Refuse("the connection", code);
    self.NoteResult(
        mosquitto_subscribe_v5(self.handle_.get(), nullptr, self.topic_.c_str(), kQos, 0, nullptr),
        "subscribe");
  }

  static void OnSubscribe(mosquitto* /*handle*/, void* object, int /*packet_id*/, int count,
                          const int* codes, const mosquitto_property* /*properties*/) {
    MqttReceiver& self = Self(object);
    self.subscribed_ = count > 0 && codes[0] < kFirstFailure;
    if (!self.subscribed_) self.Refuse("the subscription", count > 0 ? codes[0] : kFirstFailure);
  }

  static void OnMessage(mosquitto* /*handle*/, void* object, const mosquitto_message* message,
                        const mosquitto_property* /*properties*/) {
    MqttReceiver& self = Self(object);
    const auto* const payload = static_cast<const char*>(message->payload);
    const std::string_view text(payload, static_cast<std::size_t>(message->payloadlen));
    if (self.mark_.empty() || text.find(self.mark_) == std::string_view::npos) return;
    if (!self.received_at_.has_value()) self.received_at_ = Clock::now();
  }

  static void OnDisconnect(mosquitto* /*handle*/, void* object, int code,
                           const mosquitto_property* /*properties*/) {
    if (code >= kFirstFailure) Self(object).Refuse("the connection", code);
  }

  static void OnLog(mosquitto* /*handle*/, void* object, int level, const char* text) {
    // The only place that has the reasons of TLS.
    if (level == MOSQ_LOG_ERR) Self(object).last_error_ = text;
  }

  void Refuse(const char* what, int code) {
    if (problem_.ok()) {
      problem_ = absl::PermissionDeniedError(
          absl::StrCat("the broker refuses ", what, ": ", CodeText(code)));
    }
  }

  void NoteResult(int result, const char* what) {
    const int error = errno;
    if (result == MOSQ_ERR_SUCCESS || !problem_.ok()) return;
    std::string reason = result == MOSQ_ERR_ERRNO ? ErrnoText(error) : mosquitto_strerror(result);
    if (!last_error_.empty()) absl::StrAppend(&reason, ": ", last_error_);
    problem_ = absl::UnavailableError(absl::StrCat(what, ": ", reason));
  }

  absl::Status Connect() {
    const std::string client_id = "dino-publish-" + RandomUuid();
    handle_.reset(mosquitto_new(client_id.c_str(), /*clean_session=*/true, this));
    if (handle_ == nullptr) return absl::InternalError("libmosquitto does not work");
    mosquitto_int_option(handle_.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_connect_v5_callback_set(handle_.get(), OnConnect);
    mosquitto_subscribe_v5_callback_set(handle_.get(), OnSubscribe);
    mosquitto_message_v5_callback_set(handle_.get(), OnMessage);
    mosquitto_disconnect_v5_callback_set(handle_.get(), OnDisconnect);
    mosquitto_log_callback_set(handle_.get(), OnLog);
    absl::Status status = SetCredentials();
    if (!status.ok()) return status;
    HostPort address;
    const std::string bad = ParseHostPort(broker_.address, 1, address);
    if (!bad.empty()) return absl::InvalidArgumentError(bad);
    errno = 0;
    NoteResult(mosquitto_connect_async(handle_.get(), address.host.c_str(), address.port,
                                       kKeepAliveSeconds),
               "connect");
    return problem_;
  }

  absl::Status SetCredentials() {
    if (!broker_.username.empty()) {
      std::string password;
      if (!broker_.password_file.empty()) {
        absl::StatusOr<std::string> content = ReadTextFile(broker_.password_file);
        if (!content.ok()) return content.status();
        password = std::string(absl::StripTrailingAsciiWhitespace(*content));
      }
      NoteResult(
          mosquitto_username_pw_set(handle_.get(), broker_.username.c_str(), OrNull(password)),
          "user name");
    }
    if (!broker_.tls_ca_file.empty()) {
      NoteResult(
          mosquitto_tls_set(handle_.get(), broker_.tls_ca_file.c_str(), nullptr,
                            OrNull(broker_.tls_cert_file), OrNull(broker_.tls_key_file), nullptr),
          "TLS files");
    }
    return problem_;
  }

  // Goes on with the connection: OK when something may have happened.
  absl::Status Loop(Clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return absl::DeadlineExceededError("not in time");
    errno = 0;
    NoteResult(mosquitto_loop(handle_.get(), static_cast<int>(left.count()), 1),
               connected_ ? "connection" : "connect");
    // Else a broker with Nagle's algorithm holds the event back for some 40 ms, until our TCP has
    // acknowledged what came before it.
    const int on = 1;
    setsockopt(mosquitto_socket(handle_.get()), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
    return problem_;
  }

  const BrokerAccess broker_;
  std::string topic_;
  std::string mark_;
  std::unique_ptr<mosquitto, Destroy> handle_;
  bool connected_ = false;
  bool subscribed_ = false;
  std::optional<Clock::time_point> received_at_;
  absl::Status problem_;
  std::string last_error_;
};

}  // namespace

std::unique_ptr<EventReceiver> NewMqttReceiver(const BrokerAccess& broker) {
  return std::make_unique<MqttReceiver>(broker);
}

}  // namespace dino::publish_client
