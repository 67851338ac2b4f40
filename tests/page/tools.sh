# shellcheck shell=bash
# Installs what the tests of pages need of npm, unless it is there, and lets node find it. For scripts
# that run in the root of the repository.

source tests/support/process/npm_packages.sh
npm_packages build/tools/page "${page_packages[@]}"
export NODE_PATH=$PWD/build/tools/page/node_modules
