#ifndef DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_
#define DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_

#include <string>

namespace dino::testing {

// The server under test: the program that DINO_BRIDGE names in the environment, else that of the
// same build.
const std::string& BridgeProgram();

// True if that program is built with the address sanitizer, which never returns memory.
bool BridgeIsSanitized();

// True if gRPC has the fixes of 2023: 1.51, which Debian 12 and 13 have, lacks them. SECURITY.md
// says what follows.
bool GrpcHasFixes();

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_
