#include "server/app/setting_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace dino::app {
namespace {

TEST(SettingVariablesTest, FindsUnknownVariables) {
  const std::array<const char*, 7> variables = {"DINO_LOG_LEVEL=info",
                                                "DINO_MQTT_BROKER=one:1883",
                                                "HOME=/",
                                                "DINO_BRIDGE_SERVICE_HOST=10.0.0.1",
                                                "DINO_BRIDGE_PORT_50051_TCP=tcp://10.0.0.1:50051",
                                                "DINO_EMPTY=",
                                                nullptr};
  EXPECT_THAT(UnknownVariables(variables.data()),
              ::testing::ElementsAre("DINO_MQTT_BROKER", "DINO_EMPTY"));
}

TEST(SettingVariablesTest, DerivesTheVariableFromTheName) {
  EXPECT_EQ(EnvironmentName("mqtt-in-flight-window"), "DINO_MQTT_IN_FLIGHT_WINDOW");
}

}  // namespace
}  // namespace dino::app
