#include "server/metrics/publication_series.h"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace dino::metrics {
namespace {

void CollectPending(const fanout::DirectPublisher& publisher, Families& families) {
  const auto gauge = [&families](const char* name, const char* help, std::size_t value) {
    Family::OfGauge(name, help).Add(static_cast<double>(value)).Into(families);
  };
  const fanout::Admission& admission = publisher.admission();
  gauge("dino_bridge_pending_publications", "Publications of admitted calls that have not ended.",
        admission.pending_publications());
  gauge("dino_bridge_pending_publications_limit",
        "The limit of pending publications: max-pending-publications.",
        publisher.options().max_pending_publications);
  gauge("dino_bridge_pending_bytes", "Bytes held by admitted calls that have not ended.",
        admission.pending_bytes());
  gauge("dino_bridge_pending_bytes_limit", "The limit of pending bytes: max-pending-bytes.",
        publisher.options().max_pending_bytes);
}

void CollectBrokers(const mqtt::SessionPool& pool, Families& families) {
  const std::vector<mqtt::BrokerInfo> brokers = pool.Brokers();
  Family::OfGauge("dino_bridge_broker_set_digest",
                  "The same number at all replicas that know the same brokers now.")
      .Add(pool.broker_digest())
      .Into(families);
  Family left = Family::OfGauge("dino_bridge_broker_left",
                                "1 if a broker is left because it acknowledges nothing, else 0.");
  Family confined = Family::OfGauge(
      "dino_bridge_confined_topics",
      "Topics that get publications one at a time, since the broker closes connections on them.");
  Family unsolicited = Family::OfCounter("dino_bridge_unsolicited_publications_total",
                                         "Publications that a broker sent to this server.");
  Family losses = Family::OfCounter("dino_bridge_session_losses_total",
                                    "Connected sessions that were lost, by broker and reason.");
  for (std::size_t broker = 0; broker < brokers.size(); ++broker) {
    const mqtt::BrokerInfo& info = brokers[broker];
    left.Add(info.left ? 1 : 0, {{"broker", info.name}});
    confined.Add(static_cast<double>(pool.confined_topics(broker)), {{"broker", info.name}});
    unsolicited.Add(static_cast<double>(pool.unsolicited(broker)), {{"broker", info.name}});
    for (std::size_t reason = 0; reason < mqtt::kLossReasonNames.size(); ++reason) {
      losses.Add(static_cast<double>(pool.losses(broker, static_cast<mqtt::LossReason>(reason))),
                 {{"broker", info.name}, {"reason", std::string(mqtt::kLossReasonNames[reason])}});
    }
  }
  for (Family* family : {&left, &confined, &unsolicited, &losses}) family->Into(families);
}

}  // namespace

void CollectPublications(const fanout::DirectPublisher& publisher, Families& families) {
  using Meter = fanout::PublicationMeter;
  const Meter& meter = publisher.meter();
  Family ended = Family::OfCounter("dino_bridge_publications_total",
                                   "Publications that have ended, by outcome.");
  for (std::size_t kind = 0; kind < meter.kinds().size(); ++kind) {
    for (const auto& [outcome, name] : Meter::kOutcomes) {
      ended.Add(static_cast<double>(meter.ended(kind, outcome)),
                {{"event_type", std::string(meter.kinds()[kind])}, {"outcome", std::string(name)}});
    }
  }
  ended.Into(families);
  Family::OfHistogram("dino_bridge_fanout_recipients",
                      "Recipients of each admitted event; of a repeated one, those still missing.")
      .Add(meter.recipients(), 1)
      .Into(families);
  CollectPending(publisher, families);
}

void CollectKeys(const fanout::KeyedPublisher& keyed, const fanout::PublicationMeter& meter,
                 Families& families) {
  const fanout::KeyedPublisher::Figures figures = keyed.figures();
  Family::OfGauge("dino_bridge_idempotency_keys", "Idempotency keys that are remembered.")
      .Add(static_cast<double>(figures.held))
      .Into(families);
  const auto counter = [&families](const char* name, const char* help, std::uint64_t value) {
    Family::OfCounter(name, help).Add(static_cast<double>(value)).Into(families);
  };
  counter("dino_bridge_idempotency_keys_forgotten_early_total",
          "Idempotency keys that were forgotten before idempotency-window had passed.",
          figures.forgotten_early);
  counter("dino_bridge_idempotency_replays_total",
          "Calls with the key of a complete event: nothing was published.", figures.replays);
  counter("dino_bridge_idempotency_joined_calls_total",
          "Calls with the key of a call in progress, which they waited for.", figures.joins);
  counter("dino_bridge_resumed_recipients_total",
          "Recipients of repeated calls who were spared, since earlier ones had reached them.",
          meter.resumed());
}

void CollectSessions(const mqtt::SessionPool& pool, Families& families) {
  Family::OfHistogram("dino_bridge_puback_seconds", "Time from a PUBLISH to the broker's PUBACK.")
      .Add(pool.meter().puback, kNanosecond)
      .Into(families);
  Family::OfGauge("dino_bridge_in_flight_publications",
                  "Publications that were sent and await their PUBACK.")
      .Add(static_cast<double>(pool.meter().in_flight.load(std::memory_order_relaxed)))
      .Into(families);

  struct Count {
    int connected = 0;
    int waiting = 0;
    // Of those that wait.
    std::array<int, mqtt::kConnectFailureNames.size()> failures{};
  };
  std::map<std::string, Count> counts;
  for (const mqtt::SessionInfo& session : pool.Sessions()) {
    Count& count = counts[session.broker];
    // Those of brokers that are gone wait for nothing.
    if (session.retired) continue;
    ++(session.connected ? count.connected : count.waiting);
    if (!session.connected) ++count.failures.at(static_cast<std::size_t>(session.failure));
  }
  Family state = Family::OfGauge("dino_bridge_sessions", "MQTT sessions by broker and state.");
  Family waiting = Family::OfGauge("dino_bridge_waiting_sessions",
                                   "MQTT sessions that are not connected, by broker and how their "
                                   "last attempt at it failed.");
  for (const auto& [broker, count] : counts) {
    for (std::size_t i = 0; i < count.failures.size(); ++i) {
      waiting.Add(count.failures.at(i),
                  {{"broker", broker}, {"reason", std::string(mqtt::kConnectFailureNames.at(i))}});
    }
    state.Add(count.connected, {{"broker", broker}, {"state", "connected"}});
    state.Add(count.waiting, {{"broker", broker}, {"state", "waiting"}});
  }
  state.Into(families);
  waiting.Into(families);
  CollectBrokers(pool, families);
}

}  // namespace dino::metrics
