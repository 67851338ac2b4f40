#ifndef DINO_TESTS_SOAK_ANSWER_H_
#define DINO_TESTS_SOAK_ANSWER_H_

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>
#include <vector>

#include "dino/events/v1/delivery.pb.h"
#include "tests/support/ledger/ledger.h"

namespace dino::soak {

// Reads from the answer to a call what the service promises about each of `users`. Sets no times.
testing::CallEnd ReadEnd(const grpc::Status& status, const events::v1::Delivery& delivery,
                         const std::vector<std::int64_t>& users);

// What a repeated call is to give back; empty if the answer has nothing.
std::string ResumeTokenOf(const grpc::Status& status);

// Its name in a report: OK, a reason, or a status code.
std::string OutcomeOf(const grpc::Status& status);

}  // namespace dino::soak

#endif  // DINO_TESTS_SOAK_ANSWER_H_
