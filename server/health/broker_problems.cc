#include "server/health/broker_problems.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/health/words.h"
#include "server/mqtt/session/broker_judge.h"

namespace dino::health {
namespace {

using mqtt::BrokerInfo;

// In the last minute: more than when a broker restarts twice.
constexpr std::uint64_t kFlappingLosses = 5;
constexpr std::uint64_t kFlappingLossesPerSession = 3;
// A broker is slow that takes on the average so great a part of the time after which it counts as
// silent.
constexpr int kSlowPart = 5;
// How long a failure of a quarantine counts: nothing tells of its end if nothing is suspected.
constexpr std::chrono::minutes kQuarantineMemory{1};

bool IsLimited(const BrokerInfo& broker) {
  return broker.connected > 0 && broker.announced.has_value() &&
         (!mqtt::TakesEvents(*broker.announced) || broker.announced->maximum_qos == 0);
}

// Nothing can be published to it.
bool IsUseless(const BrokerInfo& broker) {
  return broker.connected == 0 || !broker.announced.has_value() ||
         !mqtt::TakesEvents(*broker.announced);
}

std::string LimitOf(const BrokerInfo& broker) {
  if (mqtt::TakesEvents(*broker.announced)) return "takes only QoS 0";
  return absl::StrCat("takes packets of at most ", broker.announced->maximum_packet_size,
                      " bytes, which no event fits");
}

std::string WhyUseless(const BrokerInfo& broker) {
  if (broker.connected > 0 && broker.announced.has_value()) return LimitOf(broker);
  if (broker.last_error.empty()) return "not connected yet";
  return absl::StrCat("cannot be reached: ", broker.last_error);
}

// Who serves the users of a broker that cannot.
std::string WhereUsersAre(const BrokerInfo& broker) {
  const std::string users = absl::StrCat("Its users, ", Percent(broker.home_share), " of all, ");
  if (broker.waiting_share == 0) {
    return absl::StrCat(users,
                        "are served by the other brokers, which must pass events on to devices "
                        "that are connected elsewhere. No call fails for it.");
  }
  if (broker.moved_share == 0) {
    return absl::StrCat(users,
                        "wait until the other brokers take over, after mqtt-failover-after.");
  }
  return absl::StrCat(users, "are moving to the other brokers: ", Percent(broker.moved_share),
                      " of all users are there, ", Percent(broker.waiting_share), " still wait.");
}

Problem ProblemOf(ProblemKind kind, const BrokerInfo& broker, Time since) {
  Problem problem;
  problem.kind = kind;
  problem.subject = broker.name;
  problem.since = since;
  problem.user_share = broker.home_share;
  return problem;
}

Problem Lost(const BrokerInfo& broker) {
  Problem problem = ProblemOf(ProblemKind::kBrokerLost, broker, broker.connected_since);
  problem.what = absl::StrCat("Broker ", broker.name, ": ", WhyUseless(broker), ".");
  problem.meaning = WhereUsersAre(broker);
  problem.action =
      "See whether it runs and can be reached from here; sessions and users return by themselves. "
      "If it was taken away for good, take it out of mqtt-brokers.";
  return problem;
}

Problem Left(const BrokerInfo& broker, bool others_serve) {
  Problem problem = ProblemOf(ProblemKind::kBrokerLeft, broker, broker.left_since);
  problem.verdict = others_serve ? Verdict::kDegraded : Verdict::kDown;
  problem.what =
      absl::StrCat("Broker ", broker.name, " accepts connections and acknowledges nothing.");
  problem.meaning = others_serve ? WhereUsersAre(broker)
                                 : "There is no other broker: calls end with their deadline, and "
                                   "callers do not know whether events went out.";
  problem.action =
      "Look at its load, its log and its limits on message size and rate. It is tried again, later "
      "and later, and taken back at its first answer.";
  return problem;
}

Problem Limited(const BrokerInfo& broker, bool others_serve) {
  Problem problem = ProblemOf(ProblemKind::kBrokerLimits, broker, broker.connected_since);
  problem.verdict = others_serve ? Verdict::kDegraded : Verdict::kDown;
  problem.what = absl::StrCat("Broker ", broker.name, " ", LimitOf(broker), ".");
  problem.meaning =
      others_serve ? WhereUsersAre(broker)
                   : "There is no other broker: events with QoS 1 are refused as BROKER_LIMIT.";
  problem.action = "Raise the broker's Maximum QoS or Maximum Packet Size for this client.";
  return problem;
}

// Since when some sessions are connected and others are not.
Time PartlyConnectedSince(const BrokerInfo& broker) {
  return std::max(broker.all_since, broker.connected_since);
}

Problem SessionsMissing(const BrokerInfo& broker) {
  Problem problem = ProblemOf(ProblemKind::kSessionsMissing, broker, PartlyConnectedSince(broker));
  const std::size_t missing = broker.sessions - broker.connected;
  problem.user_share =
      broker.home_share * static_cast<double>(missing) / static_cast<double>(broker.sessions);
  problem.what = absl::StrCat("Broker ", broker.name, ": ", missing, " of ", broker.sessions,
                              " sessions are not connected: ", broker.last_error, ".");
  problem.meaning = "The broker's other sessions serve their users, with less room.";
  problem.action =
      "Look for a limit on connections at the broker, and for another client with the same "
      "mqtt-client-id-prefix.";
  return problem;
}

Problem SessionsFlap(const BrokerInfo& broker, std::uint64_t losses, Time now) {
  Problem problem = ProblemOf(ProblemKind::kSessionsFlap, broker, now);
  problem.what = absl::StrCat("Broker ", broker.name, ": ", losses,
                              " sessions were lost in the last minute: ", broker.last_error, ".");
  problem.meaning = "Events wait for reconnects, and some may arrive twice.";
  problem.action =
      "Look at the broker's log, and for a proxy between that ends idle connections or another "
      "client with the same mqtt-client-id-prefix.";
  return problem;
}

Problem Slow(const BrokerInfo& broker, std::chrono::nanoseconds puback_time, Time now) {
  Problem problem = ProblemOf(ProblemKind::kBrokerSlow, broker, now);
  problem.what = absl::StrCat("Broker ", broker.name, " takes ", InWords(puback_time),
                              " on the average to acknowledge a publication.");
  problem.meaning = "Calls for its users take at least as long, and may end with their deadline.";
  problem.action = "Look at the broker's load, its disk and the network to it.";
  return problem;
}

Problem TopicsConfined(const BrokerInfo& broker, Time now) {
  Problem problem = ProblemOf(ProblemKind::kTopicsConfined, broker, now);
  problem.user_share.reset();
  const bool one = broker.confined_topics == 1;
  problem.what = absl::StrCat("Broker ", broker.name, " closes connections on publications to ",
                              broker.confined_topics, one ? " topic." : " topics.");
  problem.meaning =
      "What goes there is sent one at a time on a connection of its own, and rejected if the "
      "broker "
      "closes again; nobody else is affected.";
  problem.action =
      "Look in the log of calls for BROKER_REFUSED and BROKER_NOT_AUTHORIZED, and at "
      "the broker's ACL and limits.";
  return problem;
}

bool QuarantineHasFailed(const BrokerInfo& broker, Time now) {
  return !broker.quarantine_error.empty() && now < broker.quarantine_error_at + kQuarantineMemory;
}

Problem QuarantineFails(const BrokerInfo& broker, Time now) {
  Problem problem = ProblemOf(ProblemKind::kQuarantineFails, broker, now);
  problem.what = absl::StrCat("Broker ", broker.name,
                              " refuses the connection for publications that must go out alone, "
                              "since it may have closed others on them: ",
                              broker.quarantine_error, ".");
  problem.meaning =
      "They go out beside the others again: a publication that the broker does not bear is not "
      "found, and costs all users reconnects as often as it is repeated.";
  problem.action =
      "Look for a limit on connections at the broker, and for an ACL on client IDs: this one's is "
      "that of a session with a q before its last number.";
  return problem;
}

void AddConnected(const Facts& facts, std::size_t place, std::vector<Problem>& problems) {
  const BrokerInfo& broker = facts.brokers[place];
  const RecentBroker& recent = facts.recent_brokers.at(place);
  if (recent.losses >= std::max(kFlappingLosses, kFlappingLossesPerSession * broker.sessions)) {
    problems.push_back(SessionsFlap(broker, recent.losses, facts.now));
  } else if (broker.connected < broker.sessions &&
             facts.now - PartlyConnectedSince(broker) >= facts.mqtt_failover_after) {
    problems.push_back(SessionsMissing(broker));
  }
  if (recent.puback_time.has_value() && *recent.puback_time >= facts.mqtt_ack_timeout / kSlowPart) {
    problems.push_back(Slow(broker, *recent.puback_time, facts.now));
  }
}

Problem NoBroker(const Facts& facts) {
  Problem problem;
  problem.kind = ProblemKind::kNoBroker;
  problem.verdict = Verdict::kDown;
  problem.user_share = 1;
  std::vector<const BrokerInfo*> brokers;
  for (const BrokerInfo& broker : facts.brokers) {
    if (broker.present) brokers.push_back(&broker);
  }
  problem.what = brokers.size() == 1 ? "" : "No broker can be used.";
  for (const BrokerInfo* const broker : brokers) {
    problem.since = std::max(problem.since, broker->connected_since);
    if (!problem.what.empty()) problem.what += ' ';
    absl::StrAppend(&problem.what, "Broker ", broker->name, ": ", WhyUseless(*broker), ".");
  }
  if (brokers.size() == 1) problem.subject = brokers.front()->name;
  problem.meaning =
      "No event goes out: calls fail as UNAVAILABLE (BROKER_UNREACHABLE), and callers may repeat "
      "them.";
  problem.action =
      "See whether the broker runs, can be reached from here and knows this client. Nothing needs "
      "a restart: a session works again within two seconds after its broker does.";
  return problem;
}

}  // namespace

Broker DescribeBroker(const BrokerInfo& info) {
  const auto is = [&info](BrokerState state, Time since) {
    return Broker{info.name, state, since, info.connected_since};
  };
  if (!info.present) return is(BrokerState::kGone, info.connected_since);
  if (info.left) return is(BrokerState::kLeft, info.left_since);
  if (info.connected == 0) return is(BrokerState::kLost, info.connected_since);
  if (IsLimited(info)) return is(BrokerState::kLimited, info.connected_since);
  if (info.connected < info.sessions) {
    return is(BrokerState::kPartlyConnected, PartlyConnectedSince(info));
  }
  return is(BrokerState::kConnected, info.connected_since);
}

std::vector<Problem> FindBrokerProblems(const Facts& facts) {
  std::vector<Problem> problems;
  const auto serves = [](const BrokerInfo& broker) {
    return broker.present && !broker.left && !IsUseless(broker) && !IsLimited(broker);
  };
  const bool any_serves = std::any_of(facts.brokers.begin(), facts.brokers.end(), serves);
  // One that acknowledges nothing is connected again and again only to be tried.
  const bool none_usable =
      std::all_of(facts.brokers.begin(), facts.brokers.end(), [](const BrokerInfo& broker) {
        return !broker.present || (IsUseless(broker) && !broker.left);
      });
  if (none_usable) return {NoBroker(facts)};
  for (std::size_t place = 0; place < facts.brokers.size(); ++place) {
    const BrokerInfo& broker = facts.brokers[place];
    if (!broker.present) continue;
    if (broker.left) {
      problems.push_back(Left(broker, any_serves));
    } else if (broker.connected == 0) {
      problems.push_back(Lost(broker));
    } else if (IsLimited(broker)) {
      problems.push_back(Limited(broker, any_serves));
    } else {
      AddConnected(facts, place, problems);
    }
    if (broker.confined_topics > 0) problems.push_back(TopicsConfined(broker, facts.now));
    if (QuarantineHasFailed(broker, facts.now)) {
      problems.push_back(QuarantineFails(broker, facts.now));
    }
  }
  return problems;
}

}  // namespace dino::health
