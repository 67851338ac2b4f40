#ifndef DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_
#define DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_

#include <string>

namespace dino::testing {

// The server's program under test: what the environment variable DINO_BRIDGE names, else the one of
// the same build.
const std::string& BridgeProgram();

// True if that program is built with the address sanitizer, which never gives memory back.
bool BridgeIsSanitized();

}  // namespace dino::testing

#endif  // DINO_TESTS_SYSTEM_BRIDGE_PROGRAM_H_
