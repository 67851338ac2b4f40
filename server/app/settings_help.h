#ifndef DINO_SERVER_APP_SETTINGS_HELP_H_
#define DINO_SERVER_APP_SETTINGS_HELP_H_

#include <string>

namespace dino::app {

// The output of `--help`: every setting with its variable, limits, unit and default, in lines of at
// most 90 columns.
std::string SettingsHelp();

// The output of `--version`.
std::string VersionText();

}  // namespace dino::app

#endif  // DINO_SERVER_APP_SETTINGS_HELP_H_
