#ifndef DINO_TESTS_FUZZ_TARGETS_H_
#define DINO_TESTS_FUZZ_TARGETS_H_

#include <string_view>

namespace dino::fuzz {

// Each takes any bytes, and ends the process by `Require` where the code breaks its contract.
void FuzzBroker(std::string_view bytes);
void FuzzCustomEvent(std::string_view bytes);
void FuzzForwardedCertificate(std::string_view bytes);
void FuzzHttp2(std::string_view bytes);
void FuzzKeyFile(std::string_view bytes);
void FuzzOpsPath(std::string_view bytes);
void FuzzRequest(std::string_view bytes);
void FuzzResumeToken(std::string_view bytes);
void FuzzSettings(std::string_view bytes);
void FuzzTopicTemplate(std::string_view bytes);

using Target = void (*)(std::string_view bytes);

// The target that the option `--target=NAME` names. Without a valid one, says which there are, and
// ends the process.
Target ChosenTarget(int argc, char** argv);

// Says what does not hold, and aborts.
void Require(bool holds, std::string_view what);

// Fit for a log: one line without control characters.
void RequirePrintable(std::string_view text);

}  // namespace dino::fuzz

#endif  // DINO_TESTS_FUZZ_TARGETS_H_
