#ifndef DINO_SERVER_FANOUT_DIRECT_PUBLISHER_H_
#define DINO_SERVER_FANOUT_DIRECT_PUBLISHER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/fanout/admission.h"
#include "server/fanout/event_publisher.h"
#include "server/fanout/publication_meter.h"
#include "server/fanout/topic_template.h"
#include "server/mqtt/publisher.h"

namespace dino::fanout {

struct FanoutOptions {
  // For events without one.
  std::chrono::seconds default_expiry{86400};
  std::size_t max_pending_publications = 1000000;
  std::size_t max_pending_bytes = 268435456;
  // The kinds that publications are counted by; see `Event::kind`. Literals.
  std::vector<std::string_view> kinds = {"event"};
};

// Publishes each event to its topics as it comes: bounds pending work, splits the recipients by
// session and hands them to MQTT. Knows no keys: an event that comes twice is published twice.
//
// The MQTT publisher must outlive it, and it must outlive every event that it was given.
class DirectPublisher : public EventPublisher {
 public:
  DirectPublisher(mqtt::Publisher& publisher, TopicTemplate topic_template,
                  const FanoutOptions& options);

  std::shared_ptr<PublishedEvent> Publish(Event event, DoneFunction done) override;
  void Stop(const std::shared_ptr<PublishedEvent>& event) override;
  std::optional<Refusal> WouldRefuse(const Event& event) override;

  // Pending work, and its limits.
  Admission& admission() { return admission_; }
  const Admission& admission() const { return admission_; }
  const FanoutOptions& options() const { return options_; }
  // What has been published.
  const PublicationMeter& meter() const { return meter_; }

 private:
  std::variant<Admission::Ticket, Refusal> Admit(const Event& event);
  mqtt::PublishOptions OptionsOf(Event& event, const std::string& event_id) const;
  // The same for an event whose call is traced, which others do not pay for.
  std::shared_ptr<PublishedEvent> PublishTraced(std::string event_id, Event event,
                                                mqtt::PublishOptions options,
                                                Admission::Ticket ticket, DoneFunction done);

  mqtt::Publisher& publisher_;
  const TopicTemplate topic_template_;
  const FanoutOptions options_;
  Admission admission_;
  PublicationMeter meter_;
};

}  // namespace dino::fanout

#endif  // DINO_SERVER_FANOUT_DIRECT_PUBLISHER_H_
