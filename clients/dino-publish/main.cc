#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "clients/dino-publish/call.h"
#include "clients/dino-publish/run.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return dino::publish_client::Run(
      arguments, {[](const char* name) -> const char* { return std::getenv(name); }, std::cin,
                  std::cout, std::cerr, dino::publish_client::MakeCall});
}
