#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "clients/dino-publish/call.h"
#include "clients/dino-publish/run.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const auto environment = [](const char* name) -> const char* {
    // The options are read before gRPC starts its threads.
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  };
  return dino::publish_client::Run(
      arguments, {environment, std::cin, std::cout, std::cerr, dino::publish_client::MakeCall});
}
