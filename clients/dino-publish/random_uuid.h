#ifndef DINO_CLIENTS_DINO_PUBLISH_RANDOM_UUID_H_
#define DINO_CLIENTS_DINO_PUBLISH_RANDOM_UUID_H_

#include <string>

namespace dino::publish_client {

// A new UUID of version 4.
std::string RandomUuid();

}  // namespace dino::publish_client

#endif  // DINO_CLIENTS_DINO_PUBLISH_RANDOM_UUID_H_
