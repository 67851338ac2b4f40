#ifndef DINO_TESTS_UNIT_API_KNOWN_CALLERS_CONTEXT_H_
#define DINO_TESTS_UNIT_API_KNOWN_CALLERS_CONTEXT_H_

#include <gtest/gtest.h>

#include <chrono>

#include "server/api/event_results.h"
#include "server/api/publish_context.h"
#include "server/api/refusal.h"
#include "tests/unit/api/known_callers.h"

namespace dino::api {

// What handlers of calls share, where callers are known, without a server.
class KnownCallersContext : public KnownCallers, public ::testing::Test {
 protected:
  testing::FakePublisher publisher_;
  fanout::DirectPublisher direct_{
      publisher_, *fanout::TopicTemplate::Parse("dms/{environment}/{user_id}", "test"),
      fanout::FanoutOptions()};
  transport::CallMeters meters_{RefusalReasons()};
  EventMeter event_meter_{EventNames()};
  CallLog log_;
  PublishContext shared_{direct_,
                         direct_.admission(),
                         meters_,
                         event_meter_,
                         log_,
                         {},
                         {},
                         std::chrono::seconds(10),
                         [] { return v1::GetServerInfoResponse(); },
                         &authenticator_};
};

}  // namespace dino::api

#endif  // DINO_TESTS_UNIT_API_KNOWN_CALLERS_CONTEXT_H_
