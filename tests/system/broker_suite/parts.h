#ifndef DINO_TESTS_SYSTEM_BROKER_SUITE_PARTS_H_
#define DINO_TESTS_SYSTEM_BROKER_SUITE_PARTS_H_

#include "tests/system/broker_suite/options.h"
#include "tests/system/broker_suite/part.h"

// The parts of the suite. Each starts bridges and subscribers of its own.
//
// REQUIRES: there is a broker.
namespace dino::broker_suite {

// Each event of the contract arrives at each recipient with its exact bytes.
void RunEvents(const Options& options, Part& part);

// A topic that the broker refuses is REJECTED each time; everybody else's calls are answered OK.
void RunRefusal(const Options& options, Part& part);

// The same for a publication on which the broker closes the connection, though its caller repeats
// it: at most two connections are lost that others share.
void RunPoison(const Options& options, Part& part);

// Meanwhile others' calls keep their rate, also while the broker restarts, and none of them is told
// that the broker refused an event.
void RunBystanders(const Options& options, Part& part);

// Of two brokers one acknowledges nothing any more: after two ack timeouts no call fails or takes
// longer than before.
void RunSilent(const Options& options, Part& part);

// The broker stops and starts under load: every caller is answered OK again, and none of them is
// told that the broker refused an event.
void RunRestart(const Options& options, Part& part);

// Events of one user, sent through two replicas in turn, each after the OK of the one before,
// arrive in order. The replicas know the brokers in different orders.
void RunReplicas(const Options& options, Part& part);

}  // namespace dino::broker_suite

#endif  // DINO_TESTS_SYSTEM_BROKER_SUITE_PARTS_H_
