// loop-start-publisher: publishes events with libmosquitto as its documentation advises, its own
// thread behind mosquitto_loop_start, and awaits every acknowledgement.
//
// Prints one line of JSON. Exit status: 0, or 1 when the connection or a publication failed.

#include <mosquitto.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/base/json_line.h"
#include "bench/base/measured_span.h"
#include "bench/base/program.h"

ABSL_FLAG(int, port, 1883, "The broker's port");
ABSL_FLAG(int, topics, 1000, "Topics of one event");
ABSL_FLAG(int, in_progress, 8, "Events at a time");
ABSL_FLAG(double, warm_up, 0.5, "In seconds");
ABSL_FLAG(double, duration, 2, "In seconds");
ABSL_FLAG(std::string, payload_file, "", "What to publish");

namespace dino::bench {
namespace {

constexpr int kFirstUser = 1'000'000;
constexpr int kKeepAliveSeconds = 30;
constexpr int kAtLeastOnce = 1;
constexpr int kFirstFailureCode = 0x80;
constexpr std::chrono::seconds kPatience{30};

absl::Status ToStatus(int code, const char* what) {
  if (code == MOSQ_ERR_SUCCESS) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(what, ": ", mosquitto_strerror(code)));
}

std::chrono::nanoseconds Seconds(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

// The events in progress and their unacknowledged publications. Thread-safe.
class OpenEvents {
 public:
  OpenEvents(int places, int topics) : topics_(topics), left_(static_cast<std::size_t>(places)) {}

  // Waits until an event has ended, and returns its slot for the next one; -1 if the broker does
  // not answer, or refuses.
  int AwaitPlace() {
    std::unique_lock<std::mutex> lock(mutex_);
    int place = -1;
    const auto found = [&] {
      for (std::size_t i = 0; i < left_.size() && place < 0; ++i) {
        if (left_[i] == 0) place = static_cast<int>(i);
      }
      return place >= 0 || refused_;
    };
    if (!changed_.wait_for(lock, kPatience, found) || refused_) return -1;
    left_[static_cast<std::size_t>(place)] = topics_;
    return place;
  }

  void Published(int id, int place) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [entry, is_new] = places_.emplace(id, place);
    if (is_new) return;
    // Already acknowledged.
    places_.erase(entry);
    End(place);
  }

  void Acknowledged(int id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto [entry, is_new] = places_.emplace(id, -1);
    if (is_new) return;
    const int place = entry->second;
    places_.erase(entry);
    End(place);
  }

  void Refused() {
    const std::lock_guard<std::mutex> lock(mutex_);
    refused_ = true;
    changed_.notify_one();
  }

 private:
  void End(int place) {
    if (--left_[static_cast<std::size_t>(place)] == 0) changed_.notify_one();
  }

  const int topics_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<int> left_;
  // By packet ID; -1 for one that was acknowledged before we knew its ID.
  std::unordered_map<int, int> places_;
  bool refused_ = false;
};

// One connection of the library.
class Publisher {
 public:
  Publisher(OpenEvents& events, MeasuredSpan& span)
      : events_(events), span_(span), handle_(mosquitto_new("loop-start-publisher", true, this)) {}

  absl::Status Connect(int port) {
    mosquitto_int_option(handle_.get(), MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_publish_v5_callback_set(handle_.get(), &Publisher::OnPublish);
    absl::Status status =
        ToStatus(mosquitto_connect(handle_.get(), "127.0.0.1", port, kKeepAliveSeconds), "connect");
    if (!status.ok()) return status;
    return ToStatus(mosquitto_loop_start(handle_.get()), "loop_start");
  }

  absl::Status Publish(const std::string& topic, const std::string& payload, int place) {
    int id = 0;
    absl::Status status = ToStatus(
        mosquitto_publish_v5(handle_.get(), &id, topic.c_str(), static_cast<int>(payload.size()),
                             payload.data(), kAtLeastOnce, false, nullptr),
        "publish");
    if (status.ok()) events_.Published(id, place);
    return status;
  }

  void Stop() { mosquitto_loop_stop(handle_.get(), true); }

 private:
  struct MosquittoDeleter {
    void operator()(mosquitto* handle) const { mosquitto_destroy(handle); }
  };

  static void OnPublish(mosquitto* /*handle*/, void* self, int id, int code,
                        const mosquitto_property* /*list*/) {
    auto& publisher = *static_cast<Publisher*>(self);
    if (code >= kFirstFailureCode) return publisher.events_.Refused();
    publisher.span_.Add(1);
    publisher.events_.Acknowledged(id);
  }

  OpenEvents& events_;
  MeasuredSpan& span_;
  std::unique_ptr<mosquitto, MosquittoDeleter> handle_;
};

absl::Status PublishEvents(Publisher& publisher, OpenEvents& events, const MeasuredSpan& span) {
  std::ifstream file(absl::GetFlag(FLAGS_payload_file));
  const std::string payload(std::istreambuf_iterator<char>(file), {});
  if (payload.empty()) return absl::NotFoundError("no payload");
  const int topics = absl::GetFlag(FLAGS_topics);
  while (!span.ended()) {
    const int place = events.AwaitPlace();
    if (place < 0) return absl::UnavailableError("the broker does not acknowledge");
    for (int i = 0; i < topics; ++i) {
      const std::string topic = absl::StrCat("dms/dev/", kFirstUser + place * topics + i);
      absl::Status status = publisher.Publish(topic, payload, place);
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Run() {
  SpanOptions options;
  options.warm_up = Seconds(absl::GetFlag(FLAGS_warm_up));
  options.duration = Seconds(absl::GetFlag(FLAGS_duration));
  MeasuredSpan span(options);
  OpenEvents events(absl::GetFlag(FLAGS_in_progress), absl::GetFlag(FLAGS_topics));
  Publisher publisher(events, span);
  absl::Status status = publisher.Connect(absl::GetFlag(FLAGS_port));
  if (!status.ok()) return status;
  status = PublishEvents(publisher, events, span);
  publisher.Stop();
  if (!status.ok()) return status;
  int version[3] = {};
  mosquitto_lib_version(&version[0], &version[1], &version[2]);
  JsonLine line;
  line.Add("program", "libmosquitto loop_start")
      .Add("version", absl::StrCat(version[0], ".", version[1], ".", version[2]));
  AddPublications(line, span).Print();
  return absl::OkStatus();
}

}  // namespace
}  // namespace dino::bench

int main(int argc, char** argv) {
  mosquitto_lib_init();
  const int status =
      dino::bench::RunProgram(argc, argv, "loop-start-publisher",
                              "Publishes by mosquitto_loop_start, and measures.", dino::bench::Run);
  mosquitto_lib_cleanup();
  return status;
}
